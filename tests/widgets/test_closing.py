"""The user who closes napari over a training run is asked, once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import QApplication, QDialog, QMainWindow, QMessageBox

from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.closing import main_window
from napari_fsrcnn.widgets.train import TrainWidget

MINUTES = 120_000

YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No


def window_of(widget: TrainWidget) -> QMainWindow:
    """Return napari's window; a fixture would keep it beyond the viewer's end."""
    window = main_window(widget)
    assert window is not None
    return window


@pytest.fixture
def training(train_widget: TrainWidget, qtbot: QtBot) -> Iterator[TrainWidget]:
    """A run without an end."""
    window = window_of(train_widget)
    # The fixture closes it once more.
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    window.show()
    del window
    train_widget.form.fields["steps"].value = 1_000_000
    train_widget.button.click()
    qtbot.waitUntil(lambda: len(train_widget.curves.loss) > 0, timeout=MINUTES)
    yield train_widget
    train_widget.stop()
    qtbot.waitUntil(lambda: not train_widget.running, timeout=MINUTES)


def close_as_the_user_does(window: QMainWindow) -> None:
    """Let the window system ask for it: Qt then sends the window a spontaneous close event."""
    handle: Any = window.windowHandle()
    QApplication.sendEvent(handle, QCloseEvent())


def questions(window: QMainWindow) -> list[QMessageBox]:
    dialogs = [each for each in window.findChildren(QDialog) if each.isVisible()]
    boxes = [each for each in dialogs if isinstance(each, QMessageBox)]
    assert boxes == dialogs  # napari's own questions are of another kind
    return boxes


def test_no_keeps_the_window_and_the_run(training: TrainWidget, qtbot: QtBot) -> None:
    window = window_of(training)
    close_as_the_user_does(window)
    close_as_the_user_does(window)
    (box,) = questions(window)
    assert "Stop it and close?" in box.text()
    box.button(NO).click()
    steps = len(training.curves.loss)
    qtbot.waitUntil(lambda: len(training.curves.loss) > steps + 2, timeout=MINUTES)
    assert window.isVisible()
    close_as_the_user_does(window)
    assert len(questions(window)) == 1


def test_yes_saves_the_run_and_closes(training: TrainWidget, qtbot: QtBot, runs: Path) -> None:
    window = window_of(training)
    close_as_the_user_does(window)
    (box,) = questions(window)
    box.button(YES).click()
    assert window.isVisible()  # until it is saved
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=MINUTES)
    (folder,) = runs.iterdir()
    record = read_checkpoint(folder / "model.safetensors").card.training
    assert record is not None
    assert 0 < record.step < 1_000_000


def test_a_run_that_ends_meanwhile_takes_its_question_along(
    training: TrainWidget, qtbot: QtBot
) -> None:
    window = window_of(training)
    close_as_the_user_does(window)
    assert len(questions(window)) == 1
    training.stop()
    qtbot.waitUntil(lambda: not training.running, timeout=MINUTES)
    assert questions(window) == []
    qtbot.wait(100)
    assert window.isVisible()


def test_from_code_nothing_is_asked(training: TrainWidget) -> None:
    window = window_of(training)
    window.close()
    assert questions(window) == []
    assert not window.isVisible()
    assert training.running  # it ends by its stop event, when the widget goes
