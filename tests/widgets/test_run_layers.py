"""A run on layers is continued with the same layers, or what to do is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.widgets.train import TrainWidget
from napari_fsrcnn.widgets.train_form import LAYERS, PAIR

MINUTES = 120_000


def train_and_stop(widget: TrainWidget, qtbot: QtBot) -> None:
    widget.form.fields["steps"].value = 100_000
    widget.button.click()
    stop_at_a_validation(widget, qtbot)


def stop_at_a_validation(widget: TrainWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(widget.curves.psnr) >= 1, timeout=MINUTES)
    widget.button.click()
    qtbot.waitUntil(lambda: not widget.running, timeout=MINUTES)


@pytest.mark.parametrize("selected", [[], ["others"], ["discs", "others"]])
def test_other_layers_are_refused_and_the_right_ones_named(
    train_widget: TrainWidget,
    viewer_with_discs: Any,
    discs: np.ndarray,
    qtbot: QtBot,
    runs: Path,
    selected: list[str],
) -> None:
    train_and_stop(train_widget, qtbot)
    (run,) = runs.iterdir()
    layers = viewer_with_discs.layers
    for name in ("others", "more"):
        viewer_with_discs.add_image(discs, name=name)
    # Two would be HR and LR.
    layers.selection = {layers[name] for name in [*selected, *(["more"] if selected else [])]}
    notification_manager.records.clear()
    train_widget.continue_run(run)
    assert not train_widget.running
    (notice,) = notification_manager.records
    assert "open discs, select it and nothing else" in notice.message
    layers.selection = {layers["discs"]}
    train_widget.continue_run(run)
    assert train_widget.form.source == LAYERS
    stop_at_a_validation(train_widget, qtbot)
    assert "Stopped after" in train_widget.status.text()


def test_a_pair_is_known_again(
    train_widget: TrainWidget,
    viewer_with_discs: Any,
    discs: np.ndarray,
    qtbot: QtBot,
    runs: Path,
) -> None:
    layers = viewer_with_discs.layers
    lr = imresize(discs, 0.5).round().clip(0, 255).astype(np.uint8)
    small = viewer_with_discs.add_image(lr, name="small")
    layers.selection = {layers["discs"], small}
    train_widget.form.fields["source"].value = PAIR
    train_and_stop(train_widget, qtbot)
    (run,) = runs.iterdir()
    train_widget.form.fields["source"].value = LAYERS
    train_widget.continue_run(run)
    assert train_widget.form.source == PAIR
    stop_at_a_validation(train_widget, qtbot)
    assert "Stopped after" in train_widget.status.text()
