"""The widget *Upscale*."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from napari.layers import Image
from qtpy.compat import isalive
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.widgets.figures_text import gain_table
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_widget import JobWidget
from napari_fsrcnn.widgets.lazy_job import upscaling_job
from napari_fsrcnn.widgets.model_choices import ModelChoice
from napari_fsrcnn.widgets.save_all_job import SaveAllJob
from napari_fsrcnn.widgets.save_dialog import ask_where_to_save
from napari_fsrcnn.widgets.scrolled import Scrolled
from napari_fsrcnn.widgets.self_test_job import SelfTestJob
from napari_fsrcnn.widgets.self_test_view import SelfTestView
from napari_fsrcnn.widgets.session_models import models_changed
from napari_fsrcnn.widgets.upscale_form import UpscaleForm
from napari_fsrcnn.widgets.upscale_job import UpscaleJob
from napari_fsrcnn.widgets.upscaling import Upscaled

Chosen = TypeVar("Chosen")


class UpscaleWidget(JobWidget):
    """Upscales a layer in a thread and shows how good the result is.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(napari_viewer, "Upscale")
        self.form = UpscaleForm(napari_viewer)
        self.form.browse.began.connect(self._begin_loading)
        self.form.browse.loaded.connect(self._offer)
        self.form.browse.failed.connect(self._refuse_file)
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        self.figures.hide()
        for label in (self.status, self.figures):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.test_button = QPushButton("Self-test")
        self.test_button.setToolTip(
            "Does it help on this layer? Shrink it, restore it by every model of this scale and by "
            "bicubic, and compare with the layer itself"
        )
        self.test_button.clicked.connect(self.start_self_test)
        self.save_button = QPushButton("Compute all and save...")
        self.save_button.setToolTip(
            "Upscale the whole layer, however large, into an OME-Zarr folder, in the background"
        )
        self.save_button.clicked.connect(self._ask_where_to_save)
        self.self_test = SelfTestView(napari_viewer)
        buttons = QHBoxLayout()
        for button in (self.button, self.test_button):
            buttons.addWidget(button, stretch=1)
        layout = QVBoxLayout(self)
        layout.addWidget(Scrolled(self.form))
        layout.addLayout(buttons)
        layout.addWidget(self.save_button)
        layout.addWidget(Scrolled(self._results()), stretch=1)
        models_changed.connect(self._follow_models)

    def _results(self) -> QWidget:
        results = QWidget()
        layout = QVBoxLayout(results)
        layout.setContentsMargins(0, 0, 4, 0)  # between text and scroll bar
        for part in (self.status, self.figures, self.self_test):
            layout.addWidget(part)
        layout.addStretch()
        return results

    def start(self) -> None:
        """Start as the form says, or say why it can't be started."""
        if (chosen := self._read(self.form.request)) is None:
            return
        layer, request = chosen
        self.status.setText("Loading the model...")
        job = upscaling_job(self._viewer, layer, request)
        if isinstance(job, UpscaleJob):
            job.upscaled.connect(self._show_figures)
        self.run_job(job)

    def save_all(self, path: Path) -> None:
        """Upscale all of the chosen layer into an OME-Zarr folder, or say why that can't be."""
        if (chosen := self._read(self.form.request)) is None:
            return
        layer, request = chosen
        self.status.setText("Loading the model...")
        self.run_job(SaveAllJob(layer, request, path))

    def start_self_test(self) -> None:
        """Test all models of the chosen scale on the chosen layer, or say why that can't be."""
        if (chosen := self._read(self.form.self_test_request)) is None:
            return
        layer, request = chosen
        self.self_test.clear()
        self.status.setText("Loading the models...")
        job = SelfTestJob(layer, request)
        job.tested.connect(self._show_self_test)
        self.run_job(job)

    def run_job(self, job: Job) -> None:
        """Start a job; the figures of an earlier one go."""
        self.figures.clear()
        self.figures.hide()
        super().run_job(job)

    def stop(self) -> None:
        """Stop what is going on, if anything is; the viewer stays as it is."""
        if self._job is not None:
            self.status.setText(self._job.left_by_stop)
        super().stop()

    def show_running(self, *, running: bool) -> None:
        """Let the form rest while a job is going on."""
        super().show_running(running=running)
        self.form.setEnabled(not running)
        for button in (self.test_button, self.save_button):
            button.setEnabled(not running)
        if not running:
            self.form.device.reset_choices()  # torch is loaded by now

    def load_file(self, path: Path) -> None:
        """Load a model from a file in a thread, offer it and choose it."""
        self.form.browse.load(path)

    def _ask_where_to_save(self) -> None:
        if (chosen := self._read(self.form.request)) is None:
            return
        layer, request = chosen
        name = f"{layer.name} x{request.scale}.zarr"
        if path := ask_where_to_save(self, self.save_button.text(), "OME-Zarr", name):
            self.save_all(path)

    def _read(self, request: Callable[[], Chosen]) -> Chosen | None:
        """Read the form; None if it can't be used, which is said then."""
        try:
            return request()
        except ValueError as error:
            self.refuse(str(error))
            return None

    def _begin_loading(self, path: Path) -> None:
        self.status.setText(f"Loading {path.name}...")
        self._rest(resting=True)

    def _offer(self, path: Path, choice: ModelChoice) -> None:
        self._rest(resting=False)
        self.form.add_model(path, choice)
        self.status.setText(f"{self.form.model.value.label} enlarges by {choice.scale}.")

    def _refuse_file(self, sentence: str) -> None:
        self._rest(resting=False)
        self.refuse(sentence)

    def _rest(self, *, resting: bool) -> None:
        for part in (self.button, self.test_button, self.save_button, self.form):
            part.setEnabled(not resting)

    def _show_figures(self, result: Upscaled) -> None:
        if result.figures is not None and isalive(self):
            self.figures.show()
            self.figures.setText(gain_table(result.model.name, result.figures))

    def _show_self_test(self, layer: Image, result: SelfTest) -> None:
        if isalive(self):
            self.self_test.show_result(layer, result)

    def _follow_models(self) -> None:
        # This signal outlives the window.
        if isalive(self):
            self.form.follow_models()
