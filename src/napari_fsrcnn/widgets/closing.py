"""The question whether napari may be closed while a job goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QApplication, QMainWindow, QMessageBox, QWidget

from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.stand_in import StandIn, menu_action

_CLOSE_WINDOW = "napari.window.file.close_dialog"
_EXIT = "napari.window.file.quit_dialog"


class ClosingQuestion(QObject):
    """Asks, once, when the user closes the window; "yes" stops the job, then closes the window.

    It stands for napari's own questions, also where *Close Window* or *Exit* of the File menu, or
    their shortcuts, are chosen. A window that is closed from code is not held.

    Parameters
    ----------
    window : QMainWindow
    job : Job
    question, consequence : str
        What is asked, and what "yes" means.
    """

    def __init__(self, window: QMainWindow, job: Job, question: str, consequence: str) -> None:
        super().__init__(window)
        self._window = window
        self._job = job
        self._agreed = False
        self._close: Callable[[], object] = window.close
        self._box = QMessageBox(
            QMessageBox.Icon.Question,
            window.windowTitle(),
            question,
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            window,
        )
        self._box.setInformativeText(consequence)
        self._box.setDefaultButton(QMessageBox.StandardButton.No)
        self._box.finished.connect(self._answer)
        window.installEventFilter(self)
        self._stand_ins = [
            StandIn(*found, partial(self._ask_instead, command))
            for command in (_CLOSE_WINDOW, _EXIT)
            if (found := menu_action(window, command))
        ]
        job.ended.connect(self._end)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Keep the window open, and ask."""
        if event is None or event.type() != QEvent.Type.Close or not event.spontaneous():
            return super().eventFilter(watched, event)
        event.ignore()
        self._ask(self._window.close)
        return True

    def _ask_instead(self, command: str) -> bool:
        """Ask, if the command is about this window: it may be about a floating dock."""
        active = QApplication.activeWindow()
        if command == _EXIT:
            self._ask(QApplication.closeAllWindows)
        elif active in (None, self._window):
            self._ask(self._window.close)
        else:
            return False
        return True

    def _ask(self, close: Callable[[], object]) -> None:
        self._close = close
        if not self._agreed:
            self._box.open()

    def _answer(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Yes:
            self._agreed = True
            self._job.stop()

    def _end(self) -> None:
        if not isalive(self._window):
            return  # closed from code, and gone before the job's end
        self._window.removeEventFilter(self)
        for each in self._stand_ins:
            each.leave()
        self._box.close()
        if self._agreed:
            # From code: napari does not ask then. Later, since the job is still ending.
            QTimer.singleShot(0, self._close)
        self.deleteLater()


def main_window(widget: QWidget) -> QMainWindow | None:
    """Find the window whose dock a widget lies in, floating or not."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QMainWindow):
        parent = parent.parentWidget()
    return parent
