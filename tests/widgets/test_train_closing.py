"""However *Train* is closed, its thread ends and the run keeps what it has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QThreadPool

from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.session_models import session_models
from napari_fsrcnn.widgets.train import TrainWidget

MINUTES = 120_000


def close_viewer(viewer: Any, _: TrainWidget) -> None:
    viewer.close()


def remove_dock(viewer: Any, widget: TrainWidget) -> None:
    viewer.window.remove_dock_widget(widget)


def close_own_window(_: Any, widget: TrainWidget) -> None:
    widget.close()


def delete(_: Any, widget: TrainWidget) -> None:
    widget.deleteLater()


@pytest.mark.parametrize("close", [close_viewer, remove_dock, close_own_window, delete])
def test_the_thread_ends_and_saves_what_it_has(
    train_widget: TrainWidget,
    viewer_with_discs: Any,
    qtbot: QtBot,
    runs: Path,
    close: Callable[[Any, TrainWidget], None],
) -> None:
    train_widget.form.fields["steps"].value = 1_000_000
    train_widget.form.fields["validate_every"].value = 1_000_000
    train_widget.button.click()
    qtbot.waitUntil(lambda: len(train_widget.curves.loss) > 0, timeout=MINUTES)
    threads = QThreadPool.globalInstance()
    assert threads.activeThreadCount() == 1
    close(viewer_with_discs, train_widget)
    qtbot.waitUntil(lambda: threads.activeThreadCount() == 0, timeout=MINUTES)
    (folder,) = runs.iterdir()
    record = read_checkpoint(folder / "model.safetensors").card.training
    assert record is not None
    assert 0 < record.step < 1_000_000
    assert (folder / "state.safetensors").is_file()


def test_a_dock_that_is_only_hidden_goes_on_training(
    train_widget: TrainWidget, qtbot: QtBot
) -> None:
    train_widget.form.fields["validate_every"].value = 3
    train_widget.button.click()
    train_widget.parent().hide()
    qtbot.waitUntil(lambda: not train_widget.running, timeout=MINUTES)
    assert "20 steps done" in train_widget.status.text()


def test_no_widget_is_needed_for_its_model(
    train_widget: TrainWidget, viewer_with_discs: Any, qtbot: QtBot, runs: Path
) -> None:
    train_widget.button.click()
    qtbot.waitUntil(lambda: not train_widget.running, timeout=MINUTES)
    viewer_with_discs.window.remove_dock_widget(train_widget)
    (folder,) = runs.iterdir()
    # Two runs within a second, of different folders, have the same name.
    assert session_models()[0].name.removesuffix(" (2)") == folder.name
