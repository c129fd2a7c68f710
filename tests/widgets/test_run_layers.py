"""A run on layers is continued with the same layers, or what to do is said."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.checkpoint import read_card, save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.run_layers import source_of_run
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


def test_layers_whose_names_begin_alike_are_told_apart(
    train_widget: TrainWidget,
    viewer_with_discs: Any,
    discs: np.ndarray,
    qtbot: QtBot,
    runs: Path,
) -> None:
    layers = viewer_with_discs.layers
    for n, name in enumerate(["plate/A1", "plate/A2", "plate/B1", "plate/B2"]):
        viewer_with_discs.add_image(discs[n] if n % 2 else discs, name=name)
    layers.selection = {layers["plate/A1"], layers["plate/A2"]}
    train_and_stop(train_widget, qtbot)
    (run,) = runs.iterdir()
    record = read_card(RunFolder(run).model).training
    assert record is not None
    assert record.data == ["plate/A1", "plate/A2"]
    assert source_of_run(run, record.data) == LAYERS
    layers.selection = {layers["plate/B1"], layers["plate/B2"]}
    train_widget.continue_run(run)
    assert not train_widget.running
    assert "open plate/A1 and plate/A2" in train_widget.status.text()


@pytest.mark.parametrize(
    ("data", "pictures", "layers"),
    [
        (["plate/A1"], ["plate/A1/0", "plate/A1/1"], ["plate/A1"]),
        (["plate (upper)"], ["plate"], ["plate (upper)"]),
        (["a", "b/c"], ["a/0,0", "a/0,1", "b/c"], ["a", "b/c"]),
        # Earlier files have only what stands before the first slash, and a number for any plane.
        (["plate"], ["plate/A1/0", "plate/A2/0"], ["plate/A1", "plate/A2"]),
        (["cells"], ["cells/0"], ["cells"]),
    ],
)
def test_the_layers_of_a_run_are_known_by_its_record(
    make_model: Callable[..., Model],
    tmp_path: Path,
    data: list[str],
    pictures: list[str],
    layers: list[str],
) -> None:
    record = TrainingRecord(
        data=data,
        train=pictures[:-1],
        validation=pictures[-1:],
        config={},
        step=1,
        seconds=1,
        versions={},
        date="",
    )
    model = make_model(2)
    card = model.card.model_copy(update={"training": record})
    save_checkpoint(RunFolder(tmp_path).model, replace(model, card=card))
    assert source_of_run(tmp_path, layers) == LAYERS
    with pytest.raises(ValueError, match=re.escape(" and ".join(layers))):
        source_of_run(tmp_path, [*layers, "plate", "plate/B1"])
