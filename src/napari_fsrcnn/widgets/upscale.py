"""The widget *Upscale*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.qt.threading import create_worker
from napari.utils.notifications import show_error
from qtpy.compat import isalive
from qtpy.QtCore import QEvent, Qt
from qtpy.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fsrcnn.widgets.figures_text import gain_table
from napari_fsrcnn.widgets.model_choices import ModelChoice, load_choice
from napari_fsrcnn.widgets.session_models import models_changed
from napari_fsrcnn.widgets.upscale_form import UpscaleForm
from napari_fsrcnn.widgets.upscale_job import UpscaleJob
from napari_fsrcnn.widgets.upscaling import Upscaled


class UpscaleWidget(QWidget):
    """Upscales a layer in a thread and shows how good the result is.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._job: UpscaleJob | None = None
        self.form = UpscaleForm(napari_viewer)
        self.form.browse.clicked.connect(self._ask_for_file)
        self.button = QPushButton("Upscale")
        self.button.clicked.connect(self._start_or_stop)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        for label in (self.status, self.figures):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        for part in (self.form, self.button, self.status, self.figures):
            layout.addWidget(part)
        layout.addStretch()
        models_changed.connect(self._follow_models)

    def upscale(self) -> None:
        """Start as the form says, or say why it can't be started."""
        try:
            layer, request = self.form.request()
        except ValueError as error:
            self._refuse(str(error))
            return
        self.figures.clear()
        self._job = job = UpscaleJob(self._viewer, layer, request)
        job.told.connect(self._tell)
        job.upscaled.connect(self._show_figures)
        job.ended.connect(self._end)
        self.destroyed.connect(job.stop)
        self._allow(fill_in=False)
        self.button.setText("Stop")
        self.status.setText("Loading the model...")
        job.start()

    def stop(self) -> None:
        """Stop what is going on, if anything is; the viewer stays as it is."""
        if self._job is not None:
            self._job.stop()
            self.button.setEnabled(False)
            self.status.setText("Stopped: nothing was changed.")

    def load_file(self, path: Path) -> None:
        """Load a model from a file in a thread, offer it and choose it."""
        self.status.setText(f"Loading {path.name}...")
        self._allow(start=False, fill_in=False)
        create_worker(
            load_choice,
            path,
            _connect={
                "returned": self._offer,
                "errored": self._on_load_error,
                "finished": self._allow,
            },
        )

    def changeEvent(self, event: Any) -> None:  # noqa: N802
        """Stop when the dock is closed: napari then takes the widget out of it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.stop()

    def closeEvent(self, event: Any) -> None:  # noqa: N802
        """Stop when the widget's own window is closed."""
        self.stop()
        super().closeEvent(event)

    def _start_or_stop(self) -> None:
        if self._job is None:
            self.upscale()
        else:
            self.stop()

    def _end(self) -> None:
        # The thread may end after the window.
        if isalive(self):
            self._job = None
            self.button.setText("Upscale")
            self._allow()
            self.form.device.reset_choices()  # torch is loaded by now

    def _allow(self, *, start: bool = True, fill_in: bool = True) -> None:
        self.button.setEnabled(start)
        self.form.setEnabled(fill_in)

    def _offer(self, choice: ModelChoice) -> None:
        self.form.add_model(choice)
        self.status.setText(f"{choice.label} enlarges by {choice.scale}.")

    def _on_load_error(self, error: Exception) -> None:
        self.status.clear()
        if not isinstance(error, ValueError | OSError):
            raise error
        self._refuse(str(error))

    def _tell(self, sentence: str) -> None:
        self.status.setText(sentence)

    def _show_figures(self, result: Upscaled) -> None:
        if result.figures is not None:
            self.figures.setText(gain_table(result.model.name, result.figures))

    def _refuse(self, sentence: str) -> None:
        self.status.setText(sentence)
        show_error(sentence)

    def _follow_models(self) -> None:
        # This signal outlives the window.
        if isalive(self):
            self.form.follow_models()

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Load a model", "", "Models (*.safetensors *.mat *.pth);;All files (*)"
        )
        if path:
            self.load_file(Path(path))
