"""Closing what a running *Upscale* lives in ends its thread."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.settings import get_plugin_settings
from pytestqt.qtbot import QtBot
from superqt.utils import WorkerBase

from napari_fsrcnn.widgets.upscale import UpscaleWidget

# Minutes of work, in the memory of one plane.
PLANE = np.random.default_rng(7).integers(0, 256, (60, 60), np.uint8)
LONG = np.broadcast_to(PLANE, (50_000, 60, 60))


def workers() -> int:
    return len(WorkerBase._worker_set)


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[[], Any]) -> Any:
    viewer = make_napari_viewer_proxy()
    get_plugin_settings("napari-fsrcnn").defaults.lazy_above = 1000  # all of it at once
    viewer.add_image(LONG, name="long")
    return viewer


@pytest.fixture
def running(viewer: Any, qtbot: QtBot) -> UpscaleWidget:
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    widget.form.scale.value = 3
    widget.form.device.value = "cpu"
    widget.button.click()
    qtbot.waitUntil(lambda: "Upscaling on" in widget.status.text(), timeout=60_000)
    assert workers() == 1
    return widget


def test_the_dock(viewer: Any, running: UpscaleWidget, qtbot: QtBot) -> None:
    viewer.window.remove_dock_widget(running)
    qtbot.waitUntil(lambda: workers() == 0, timeout=20_000)
    assert [layer.name for layer in viewer.layers] == ["long"]


def test_a_hidden_dock_goes_on(running: UpscaleWidget, qtbot: QtBot) -> None:
    dock: Any = running.parent()
    dock.hide()
    qtbot.wait(200)
    assert workers() == 1
    running.stop()
    qtbot.waitUntil(lambda: workers() == 0, timeout=20_000)


def test_the_viewer(viewer: Any, running: UpscaleWidget, qtbot: QtBot) -> None:
    del running
    viewer.close()
    qtbot.waitUntil(lambda: workers() == 0, timeout=20_000)


def test_the_viewer_while_a_menu_command_runs(viewer: Any, qtbot: QtBot) -> None:
    from napari_fsrcnn.widgets.commands import super_resolution_x3

    super_resolution_x3(viewer)
    qtbot.waitUntil(lambda: workers() == 1, timeout=20_000)
    viewer.close()
    qtbot.waitUntil(lambda: workers() == 0, timeout=20_000)
