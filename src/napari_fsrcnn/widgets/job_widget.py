"""What the widgets with a button that starts and stops long work have in common."""

from __future__ import annotations

from typing import Any

from napari.utils.notifications import show_error
from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QTimer
from qtpy.QtWidgets import QLabel, QPushButton, QWidget

from napari_fsrcnn.widgets.closing import main_window
from napari_fsrcnn.widgets.dock_height import share_height
from napari_fsrcnn.widgets.job import Job


class JobWidget(QWidget):
    """Runs one job at a time, and stops it when what the widget lives in is closed.

    Parameters
    ----------
    viewer : napari.Viewer
    verb : str
        On the button as long as no job runs.

    Attributes
    ----------
    button : QPushButton
        Starts a job, then stops it.
    status : QLabel
        How it goes.
    """

    def __init__(self, viewer: Any, verb: str) -> None:
        super().__init__()
        self._viewer = viewer
        self._verb = verb
        self._job: Job | None = None
        self.button = QPushButton(verb)
        self.button.clicked.connect(self._start_or_stop)
        self.status = QLabel()
        self.status.setWordWrap(True)

    @property
    def running(self) -> bool:
        """Whether a job is going on."""
        return self._job is not None

    def start(self) -> None:
        """Start a job as the form says, or say why it can't be started."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the job that is going on, if there is one."""
        if self._job is not None:
            self.button.setText("Stopping...")
            self.button.setEnabled(False)
            self._job.stop()

    def changeEvent(self, event: Any) -> None:  # noqa: N802
        """Stop when the dock is closed: napari then takes the widget out of it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.stop()

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Share the room with the docks above and below, once Qt has laid them out."""
        super().showEvent(event)
        if not event.spontaneous():
            QTimer.singleShot(0, self._share_height)

    def closeEvent(self, event: Any) -> None:  # noqa: N802
        """Stop when the widget's own window is closed."""
        self.stop()
        super().closeEvent(event)

    def show_running(self, *, running: bool) -> None:
        """Show on the button, and wherever else, whether a job is going on."""
        self.button.setEnabled(True)
        self.button.setText("Stop" if running else self._verb)

    def tell(self, sentence: str) -> None:
        """Show a sentence of the job's."""
        if isalive(self):  # the job may end after the window
            self.status.setText(sentence)

    def refuse(self, sentence: str) -> None:
        """Say why something can't be done."""
        self.status.setText(sentence)
        show_error(sentence)

    def run_job(self, job: Job) -> None:
        """Start a job."""
        self._job = job
        job.told.connect(self.tell)
        job.ended.connect(self._end)
        # When Qt deletes the widget, with a window that is closed from code, no event comes.
        self.destroyed.connect(job.stop)
        self.show_running(running=True)
        job.start()

    def _share_height(self) -> None:
        if isalive(self) and (window := main_window(self)):
            share_height(window, self, JobWidget)

    def _start_or_stop(self) -> None:
        if self._job is None:
            self.start()
        else:
            self.stop()

    def _end(self) -> None:
        if isalive(self):
            self._job = None
            self.show_running(running=False)
