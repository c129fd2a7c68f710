"""The widget *Train*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.layers import Layer
from pydantic import ValidationError
from qtpy.compat import isalive
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Started
from napari_fsrcnn.training.run_folder import RunFolder, describe
from napari_fsrcnn.widgets.closing import ClosingQuestion, main_window
from napari_fsrcnn.widgets.job_events import Fetched
from napari_fsrcnn.widgets.job_widget import JobWidget
from napari_fsrcnn.widgets.layer_reading import Reader, layers_reader, pair_reader
from napari_fsrcnn.widgets.picture_fields import selected_layers
from napari_fsrcnn.widgets.preferences import use_preferred_cache
from napari_fsrcnn.widgets.run_layers import source_of_run
from napari_fsrcnn.widgets.run_view import RunView
from napari_fsrcnn.widgets.save_button import SaveButton
from napari_fsrcnn.widgets.scrolled import Scrolled
from napari_fsrcnn.widgets.train_form import PAIR, TrainForm
from napari_fsrcnn.widgets.train_job import TrainJob
from napari_fsrcnn.widgets.train_text import link

_NOTHING = "Stopped before training began: nothing is changed."


class TrainWidget(JobWidget):
    """Trains a network in a thread and shows how it goes.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(napari_viewer, "Start")
        self._last_words = ""
        self.form = TrainForm()
        self.button.setToolTip("Train as the form says; Stop keeps the best weights")
        self.pause_button = QPushButton("Pause")
        self.pause_button.setToolTip("Wait after this step; the run is saved, and can be resumed")
        self.pause_button.clicked.connect(self._pause_or_go_on)
        self.continue_button = QPushButton("Continue a run...")
        self.continue_button.setToolTip("Choose the folder of a run, to go on where it was saved")
        self.continue_button.clicked.connect(self._ask_for_a_run)
        self.save_button = SaveButton()
        self.save_button.saved.connect(self._tell_where)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.status.setOpenExternalLinks(True)
        self.view = RunView(napari_viewer)
        self.view.told.connect(self.tell)
        self.view.advanced.connect(self._advance)
        self.curves = self.view.curves
        self.curves.saved.connect(self._tell_where)
        self._arrange()
        self.show_running(running=False)
        napari_viewer.layers.selection.events.changed.connect(self._show_selection)
        self._show_selection()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.addWidget(Scrolled(self.form))
        for pair in (
            (self.button, self.pause_button),
            (self.continue_button, self.save_button),
        ):
            row = QHBoxLayout()
            for button in pair:
                row.addWidget(button, stretch=1)
            layout.addLayout(row)
        layout.addWidget(self.status)
        layout.addWidget(self.view, stretch=1)
        layout.addStretch()

    def start(self) -> None:
        """Start a run as the form says, or say why it can't be started."""
        try:
            config = self.form.config()
            read, hr = self._pictures(config)
        except ValidationError as error:
            self.refuse(f"{describe(error)}.")
        except ValueError as error:
            self.refuse(str(error))
        else:
            self._begin(config, read, hr, resuming=False)

    def continue_run(self, run: Path) -> None:
        """Go on with the run in a folder, or say why that can't be done.

        One that learnt from layers goes on with them, if they are selected.
        """
        try:
            config = RunFolder(run).read_config().model_copy(update={"run": run})
            if not config.data:
                selected = [layer.name for layer in selected_layers(self._viewer)]
                self.form.fields["source"].value = source_of_run(run, selected)
            self.form.show_config(config)
            read, hr = self._pictures(config)
        except (ValueError, OSError) as error:
            self.refuse(str(error))
        else:
            self._begin(config, read, hr, resuming=True)

    def tell(self, sentence: str) -> None:
        """Show a sentence; the last one stays when the run has ended."""
        self._last_words = sentence
        super().tell(sentence)

    def show_running(self, *, running: bool) -> None:
        """Let the form rest while a run is going on."""
        super().show_running(running=running)
        self.form.setEnabled(not running)
        self.continue_button.setEnabled(not running)
        self.pause_button.setEnabled(running)
        self.pause_button.setText("Pause")

    def stop(self) -> None:
        """End the run that is going on, if there is one; its best weights are kept."""
        self.pause_button.setEnabled(False)
        super().stop()

    def _pictures(self, config: TrainingConfig) -> tuple[Reader, Layer] | tuple[None, None]:
        if config.data:
            return None, None
        reader = pair_reader if self.form.source == PAIR else layers_reader
        return reader(selected_layers(self._viewer), config.scale)

    def _begin(
        self, config: TrainingConfig, read: Reader | None, hr: Layer | None, *, resuming: bool
    ) -> None:
        self.form.fold.setChecked(False)
        self.view.begin(config, like=hr)
        job = TrainJob(config, read, resuming=resuming)
        job.happened.connect(self._show_event)
        job.ended.connect(self._end_view)
        if window := main_window(self):
            ClosingQuestion(
                window,
                job,
                "A network is being trained. Stop it and close?",
                "What was learnt is saved, and the run can be continued later.",
            )
        use_preferred_cache()
        self.status.setText("Reading pictures...")
        self._last_words = _NOTHING
        self.run_job(job)

    def _show_event(self, event: object) -> None:
        if not isalive(self):
            return
        self.view.show_event(event)
        if isinstance(event, Fetched):
            self._last_words = _NOTHING
        if isinstance(event, Started):
            self.form.offer_devices()
            self._last_words = ""
        if isinstance(event, Finished) and event.model is not None:
            self.save_button.offer(event.model)

    def _advance(self, done: int, total: int) -> None:
        if self._job is not None:
            self._job.advance(done, total)

    def _end_view(self) -> None:
        super().tell(self._last_words)
        if isalive(self):
            self.view.end()

    def _pause_or_go_on(self) -> None:
        job = self._job
        if not isinstance(job, TrainJob):
            return
        if job.paused:
            job.go_on()
            self.pause_button.setText("Pause")
        else:
            job.pause()
            self.pause_button.setText("Resume")
            self.status.setText("Pausing...")

    def _ask_for_a_run(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Continue the run in this folder")
        if folder:
            self.continue_run(Path(folder))

    def _tell_where(self, path: Path) -> None:
        self.status.setText(f"Saved as {link(path.absolute())}.")

    def _show_selection(self) -> None:
        self.form.show_layers([layer.name for layer in selected_layers(self._viewer)])
