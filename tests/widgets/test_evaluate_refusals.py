"""The widget *Evaluate* used wrongly, and closed while it works."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot
from superqt.utils import WorkerBase

from napari_fsrcnn.widgets.evaluate import EvaluateWidget
from napari_fsrcnn.widgets.evaluate_form import FOLDER


class Refused:
    """What can't be measured, and what is said then."""

    @staticmethod
    def no_model(viewer: Any, widget: EvaluateWidget) -> str:
        del viewer
        widget.form.models.tick()
        return "No model is ticked"

    @staticmethod
    def no_layer(viewer: Any, widget: EvaluateWidget) -> str:
        del widget
        viewer.layers.selection.clear()
        return "No layer is selected"

    @staticmethod
    def points(viewer: Any, widget: EvaluateWidget) -> str:
        del widget
        viewer.layers.selection = {viewer.add_points([[1, 2]])}
        return "is not an image"

    @staticmethod
    def no_folder(viewer: Any, widget: EvaluateWidget) -> str:
        del viewer
        widget.form.source.value = FOLDER
        return "No folder is chosen"

    @staticmethod
    def too_small(viewer: Any, widget: EvaluateWidget) -> str:
        del widget
        viewer.layers.selection = {viewer.add_image(np.eye(12), name="tiny")}
        return "tiny is left out: its 12 x 12 pixels"


@pytest.mark.parametrize(
    "arrange",
    [Refused.no_model, Refused.no_layer, Refused.points, Refused.no_folder, Refused.too_small],
)
def test_bad_input_is_one_sentence(
    arrange: Callable[[Any, EvaluateWidget], str],
    viewer_with_discs: Any,
    evaluate_widget: EvaluateWidget,
    qtbot: QtBot,
) -> None:
    sentence = arrange(viewer_with_discs, evaluate_widget)
    before = len(notification_manager.records)
    evaluate_widget.button.click()
    qtbot.waitUntil(lambda: not evaluate_widget.running, timeout=30_000)
    (told,) = notification_manager.records[before:]
    assert sentence in told.message
    assert evaluate_widget.status.text() == told.message
    assert evaluate_widget.table.scores == []


@pytest.mark.parametrize("closing", ["dock", "viewer"])
def test_closing_ends_the_thread(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, closing: str, qtbot: QtBot
) -> None:
    plane = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    long = viewer_with_discs.add_image(np.broadcast_to(plane, (5000, 64, 64)))
    viewer_with_discs.layers.selection = {long}
    evaluate_widget.button.click()
    qtbot.waitUntil(lambda: bool(evaluate_widget.table.scores), timeout=60_000)
    if closing == "dock":
        viewer_with_discs.window.remove_dock_widget(evaluate_widget)
    else:
        viewer_with_discs.close()
    qtbot.waitUntil(lambda: not WorkerBase._worker_set, timeout=20_000)
