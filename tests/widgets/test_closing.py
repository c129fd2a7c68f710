"""The user who closes napari over a training run is asked, once, whichever way it is closed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QCloseEvent
from qtpy.QtTest import QTest
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


def by_the_window_system(window: QMainWindow) -> None:
    """Qt then sends the window a spontaneous close event."""
    handle: Any = window.windowHandle()
    QApplication.sendEvent(handle, QCloseEvent())


def by_the_file_menu(window: QMainWindow, entry: str = "Close Window") -> None:
    menus: list[Any] = [action.menu() for action in window.menuBar().actions()]
    entries = {each.text().replace("&", ""): each for each in menus[0].actions()}
    entries[entry].trigger()


def by_exit(window: QMainWindow) -> None:
    by_the_file_menu(window, "Exit")


def by_ctrl_w(window: QMainWindow) -> None:
    # Xvfb has no window manager that would do this.
    window.activateWindow()
    window.setFocus()
    wait_active: Any = QTest.qWaitForWindowActive  # PyQt's stub does not call it static
    assert wait_active(window, MINUTES)  # only there a shortcut does anything
    QtBot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)


WAYS = [by_the_window_system, by_the_file_menu, by_exit, by_ctrl_w]

Close = Callable[[QMainWindow], None]


def questions(window: QMainWindow) -> list[QMessageBox]:
    dialogs = [each for each in window.findChildren(QDialog) if each.isVisible()]
    boxes = [each for each in dialogs if isinstance(each, QMessageBox)]
    assert boxes == dialogs  # napari's own questions are of another kind
    return boxes


@pytest.mark.parametrize("close", WAYS)
def test_no_keeps_the_window_and_the_run(training: TrainWidget, qtbot: QtBot, close: Close) -> None:
    window = window_of(training)
    close(window)
    by_the_window_system(window)
    (box,) = questions(window)
    assert "Stop it and close?" in box.text()
    box.button(NO).click()
    steps = len(training.curves.loss)
    qtbot.waitUntil(lambda: len(training.curves.loss) > steps + 2, timeout=MINUTES)
    assert window.isVisible()
    close(window)
    assert len(questions(window)) == 1


@pytest.mark.parametrize("close", WAYS)
def test_yes_saves_the_run_and_closes(
    training: TrainWidget, qtbot: QtBot, runs: Path, close: Close
) -> None:
    window = window_of(training)
    close(window)
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
    by_the_window_system(window)
    assert len(questions(window)) == 1
    training.stop()
    qtbot.waitUntil(lambda: not training.running, timeout=MINUTES)
    assert questions(window) == []
    qtbot.wait(100)
    assert window.isVisible()


def test_without_a_run_the_menu_is_naparis_own(training: TrainWidget, qtbot: QtBot) -> None:
    window = window_of(training)
    menu: Any = window.menuBar().actions()[0].menu()
    entries = [(each.text(), each.shortcut().toString()) for each in menu.actions()]
    training.stop()
    qtbot.waitUntil(lambda: not training.running, timeout=MINUTES)
    assert [(each.text(), each.shortcut().toString()) for each in menu.actions()] == entries
    asked = []

    def cancel() -> None:
        dialog: Any = QApplication.activeModalWidget()
        asked.append(dialog.windowTitle())
        dialog.reject()

    QTimer.singleShot(100, cancel)
    by_exit(window)
    assert asked == ["Close Application?"]
    assert window.isVisible()


def test_from_code_nothing_is_asked(training: TrainWidget) -> None:
    window = window_of(training)
    window.close()
    assert questions(window) == []
    assert not window.isVisible()
    assert training.running  # it ends by its stop event, when the widget goes
