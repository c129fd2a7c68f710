"""What *Train* can't do it refuses, in a sentence, and nothing is changed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from napari.utils.notifications import ErrorNotification, notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.networks.registry import Architecture, architectures
from napari_fsrcnn.widgets.session_models import session_models
from napari_fsrcnn.widgets.train import TrainWidget
from napari_fsrcnn.widgets.train_form import BSD100, FOLDERS, PAIR

MINUTES = 120_000

Prepare = Callable[[Any, TrainWidget, Path], None]


def select_nothing(viewer: Any, _widget: TrainWidget, _folder: Path) -> None:
    viewer.layers.selection.clear()


def select_labels(viewer: Any, _widget: TrainWidget, _folder: Path) -> None:
    viewer.layers.selection.active = viewer.add_labels(np.zeros((64, 64), int), name="masks")


def select_holes(viewer: Any, _widget: TrainWidget, _folder: Path) -> None:
    holes = np.zeros((64, 64))
    holes[3, 3] = np.nan
    viewer.layers.selection.active = viewer.add_image(holes, name="holes", contrast_limits=(0, 1))


def choose_no_folder(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["source"].value = FOLDERS


def choose_an_empty_folder(_viewer: Any, widget: TrainWidget, folder: Path) -> None:
    widget.form.fields["source"].value = FOLDERS
    widget.form.fields["folders"].value = (str(folder),)


def choose_a_large_patch(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["patch"].value = 33


def train_the_last_layer_of_nothing(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["learn"].value = "last"


def write_sizes_that_are_none(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["rescale"].value = "0.9; small"


def enlarge_pictures(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["rescale"].value = "1.5"


def write_hyperparameters_that_are_none(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["hyperparameters"].value = "d=48"


def choose_hyperparameters_of_another(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["hyperparameters"].value = '{"kernels": [9, 1, 5]}'


def choose_half_a_pair(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["source"].value = PAIR


def choose_no_learning(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["lr"].value = 0


def write_a_rate_that_is_none(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["lr"].value = "1e-"


def choose_a_scale_that_bsd100_lacks(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["source"].value = BSD100
    widget.form.fields["scale"].value = 5


def train_as_published_on_bsd100(_viewer: Any, widget: TrainWidget, _folder: Path) -> None:
    widget.form.fields["source"].value = BSD100
    widget.form.fields["preset"].value = "paper-fsrcnn"


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (select_nothing, "No layer is selected"),
        (select_labels, "masks is not an image"),
        (select_holes, "holes can't be used.*NaN"),
        (choose_no_folder, "No folder is chosen"),
        (choose_an_empty_folder, "no picture in"),
        (choose_a_large_patch, "smaller than 33 x 33"),
        (train_the_last_layer_of_nothing, "learn=last .*start"),
        (write_sizes_that_are_none, "Sizes are numbers between 0 and 1"),
        (enlarge_pictures, "rescale.*less than 1"),
        (write_hyperparameters_that_are_none, 'Hyperparameters are written as {"d": 48'),
        (choose_hyperparameters_of_another, "fsrcnn-s can't be built with.*kernels"),
        (choose_half_a_pair, "two layers, HR and LR, and not 1"),
        (choose_no_learning, "lr: .*0"),
        (write_a_rate_that_is_none, "lr: .*valid number"),
        (choose_a_scale_that_bsd100_lacks, "not for x5"),
        (train_as_published_on_bsd100, "BSD-100 comes with its own LR, so more sizes .* can't"),
    ],
)
def test_it_is_refused(
    train_widget: TrainWidget,
    viewer_with_discs: Any,
    qtbot: QtBot,
    runs: Path,
    tmp_path: Path,
    prepare: Prepare,
    reason: str,
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    prepare(viewer_with_discs, train_widget, empty)
    layers, models = list(viewer_with_discs.layers), session_models()
    notification_manager.records.clear()
    train_widget.button.click()
    qtbot.waitUntil(lambda: not train_widget.running, timeout=MINUTES)
    (notice,) = notification_manager.records
    assert not isinstance(notice, ErrorNotification)  # which has a traceback
    assert re.search(reason, notice.message)
    assert "\n" not in notice.message
    assert list(viewer_with_discs.layers) == layers
    assert session_models() == models
    assert not runs.exists()
    assert train_widget.form.isEnabled()
    assert train_widget.button.text() == "Start"
    assert not train_widget.curves.isVisibleTo(train_widget)  # there is nothing to see


def test_after_a_refusal_it_can_be_started(
    train_widget: TrainWidget, viewer_with_discs: Any, qtbot: QtBot
) -> None:
    discs = viewer_with_discs.layers["discs"]
    viewer_with_discs.layers.selection.clear()
    train_widget.start()
    assert not train_widget.running
    viewer_with_discs.layers.selection.active = discs
    train_widget.start()
    qtbot.waitUntil(lambda: not train_widget.running, timeout=MINUTES)
    assert "20 steps done" in train_widget.status.text()


def test_an_error_that_nobody_foresaw_is_not_hidden(
    train_widget: TrainWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(architectures(), "fsrcnn-s", Architecture("fsrcnn-s", "has a bug", broken))
    with qtbot.captureExceptions() as exceptions:
        train_widget.start()
        qtbot.waitUntil(lambda: not train_widget.running, timeout=MINUTES)
    assert [kind for kind, _, _ in exceptions] == [ZeroDivisionError]
    assert train_widget.form.isEnabled()
