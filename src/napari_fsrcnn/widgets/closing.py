"""The question whether napari may be closed while a job goes on."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QMainWindow, QMessageBox, QWidget

from napari_fsrcnn.widgets.job import Job


class ClosingQuestion(QObject):
    """Asks, once, when the user closes the window; "yes" stops the job, then closes the window.

    It stands for napari's own questions. A window that is closed from code, or from the File menu,
    where napari asks by itself, is not held.

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
        job.ended.connect(self._end)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Keep the window open, and ask."""
        if event is None or event.type() != QEvent.Type.Close or not event.spontaneous():
            return super().eventFilter(watched, event)
        event.ignore()
        if not self._agreed:
            self._box.open()
        return True

    def _answer(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Yes:
            self._agreed = True
            self._job.stop()

    def _end(self) -> None:
        self._window.removeEventFilter(self)
        self._box.close()
        if self._agreed:
            # From code: napari does not ask then. Later, since the job is still ending.
            QTimer.singleShot(0, self._window.close)
        self.deleteLater()


def main_window(widget: QWidget) -> QMainWindow | None:
    """Find the window whose dock a widget lies in, floating or not."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QMainWindow):
        parent = parent.parentWidget()
    return parent
