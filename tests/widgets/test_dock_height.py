"""Docks that lie one under the other: each has its part of the height, and a screen is enough."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QDockWidget

from napari_fsrcnn.widgets.closing import main_window

HEIGHT = 800


def test_three_docks_share_the_height_of_a_small_screen(
    make_napari_viewer_proxy: Callable[..., Any], qtbot: QtBot
) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    docks: list[QDockWidget] = []

    def open_dock(name: str) -> None:
        dock, _ = viewer.window.add_plugin_dock_widget("napari-fsrcnn", name)
        docks.append(dock)

    def share(dock: QDockWidget) -> float:
        return dock.height() / dock.sizeHint().height()

    def all_have_the_same_share() -> bool:
        shares = [share(dock) for dock in docks]
        return max(shares) < 1.1 * min(shares)

    open_dock("Upscale")
    window = main_window(docks[0])
    assert window is not None
    window.resize(1200, HEIGHT)
    open_dock("Train")
    qtbot.waitUntil(all_have_the_same_share)
    assert share(docks[0]) > 1  # all of the form is to be seen
    open_dock("Evaluate")
    qtbot.waitUntil(docks[2].isVisible)
    assert window.height() == HEIGHT
    assert sum(dock.height() for dock in docks) < HEIGHT
