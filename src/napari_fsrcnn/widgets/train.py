"""The widget *Train super-resolution*."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari.layers import Layer
from napari.qt.threading import create_worker
from napari.utils.notifications import show_error
from pydantic import ValidationError
from qtpy.QtCore import QEvent, Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Started, Stepped, Validated
from napari_fsrcnn.training.run_folder import describe
from napari_fsrcnn.widgets.activity import ActivityBar
from napari_fsrcnn.widgets.curves import Curves
from napari_fsrcnn.widgets.job_events import Advanced, JobFailed
from napari_fsrcnn.widgets.layer_pictures import LayerPicture, take_pictures
from napari_fsrcnn.widgets.preview_layers import PreviewLayers
from napari_fsrcnn.widgets.save_button import SaveButton
from napari_fsrcnn.widgets.session_models import add_model
from napari_fsrcnn.widgets.train_form import LAYERS, TrainForm
from napari_fsrcnn.widgets.train_text import link, progress_text, summary_text
from napari_fsrcnn.widgets.training_events import training_events
from napari_fsrcnn.widgets.worker import StoppableWorker

REDRAW_EVERY = 1.0
"""Seconds between redrawings: with each of them Qt puts the whole window together anew, which
takes time from the thread that trains where there is no GPU to do it."""


@dataclass
class _Run:
    """What belongs to the run that is going on."""

    config: TrainingConfig
    stop: threading.Event
    bar: ActivityBar
    device: str = ""
    n_validation: int = 0
    step: Stepped | None = None
    preview: Validated | None = None
    drawn: float = 0.0
    summary: str = "Stopped before training began: nothing is changed."


class TrainWidget(QWidget):
    """Trains a network in a thread and shows how it goes.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._run: _Run | None = None
        self._preview = PreviewLayers(napari_viewer)
        self.form = TrainForm()
        self.button = QPushButton("Start")
        self.button.clicked.connect(self._start_or_stop)
        self.save_button = SaveButton()
        self.save_button.saved.connect(self._tell_where)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.status.setOpenExternalLinks(True)
        self.curves = Curves()
        self.curves.hide()
        self.curves.saved.connect(self._tell_where)
        self._arrange()
        napari_viewer.events.theme.connect(self._follow_theme)
        self._follow_theme()
        napari_viewer.layers.selection.events.changed.connect(self._show_selection)
        self._show_selection()

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.form)
        layout.addLayout(buttons)
        layout.addWidget(self.status)
        layout.addWidget(self.curves, stretch=1)
        layout.addStretch()

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._run is not None

    def start(self) -> None:
        """Start a run as the form says, or say why it can't be started."""
        try:
            config = self.form.config()
            layers = self._selected_pictures()
        except ValidationError as error:
            self._refuse(f"{describe(error)}.")
        except ValueError as error:
            self._refuse(str(error))
        else:
            self._begin(config, layers)

    def stop(self) -> None:
        """End the run that is going on, if there is one; its best weights are kept."""
        if self._run is not None:
            self._run.stop.set()
            self.button.setText("Stopping...")
            self.button.setEnabled(False)

    def changeEvent(self, event: Any) -> None:  # noqa: N802
        """Stop the run when the dock is closed: napari then takes the widget out of it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.stop()

    def closeEvent(self, event: Any) -> None:  # noqa: N802
        """Stop the run when the widget's own window is closed."""
        self.stop()
        super().closeEvent(event)

    def _start_or_stop(self) -> None:
        if self._run is None:
            self.start()
        else:
            self.stop()

    def _selected_pictures(self) -> list[LayerPicture] | None:
        if self.form.source != LAYERS:
            return None
        return take_pictures(self._selected_layers())

    def _selected_layers(self) -> list[Layer]:
        layers = self._viewer.layers
        return [layer for layer in layers if layer in layers.selection]

    def _begin(self, config: TrainingConfig, layers: list[LayerPicture] | None) -> None:
        # napari processes events while it makes the bar: no second click may come through.
        self.setEnabled(False)
        self._run = run = _Run(config, threading.Event(), ActivityBar("Training"))
        self.setEnabled(True)
        # When Qt deletes the widget, with a window that is closed from code, it can't do it itself.
        self.destroyed.connect(run.stop.set)
        self._show_running(running=True)
        self.status.setText("Reading pictures...")
        # Before training begins: making room for them lets the whole window be drawn anew.
        self.curves.start(config.steps, None, config.loss)
        self.curves.show()
        self._preview.start(config.scale, like=self._selected_layers()[0] if layers else None)
        create_worker(
            training_events,
            config,
            layers,
            stop=run.stop,
            _worker_class=StoppableWorker,
            _connect={
                "yielded": self._on_event,
                "errored": self._on_error,
                "finished": self._on_end,
            },
        )

    def _show_running(self, *, running: bool) -> None:
        self.form.setEnabled(not running)
        self.button.setEnabled(True)
        self.button.setText("Stop" if running else "Start")

    def _on_event(self, event: object) -> None:
        run = self._run
        if run is None:
            return
        match event:
            case Advanced(done, total):
                self.status.setText(f"Fetching BSD-100: {done} of {total} files.")
                run.bar.show("Fetching BSD-100", done, total)
            case Started():
                run.device, run.n_validation = event.device, len(event.validation)
                self.status.setText(f"Training on {run.device}.")
                self.curves.start(event.steps, event.bicubic_psnr, run.config.loss)
                self.form.offer_devices()
            case Stepped():
                run.step = event
                self.curves.loss.append((event.step, event.loss))
                self._redraw_if_due(run)
            case Validated():
                run.preview = event
                self.curves.psnr.append((event.step, event.psnr))
                self._redraw_if_due(run)
            case Finished():
                run.summary = summary_text(event, run.n_validation, run.config.run)
                if event.model is not None:
                    self.save_button.offer(add_model(event.model))
                self._redraw(run)

    def _redraw_if_due(self, run: _Run) -> None:
        if time.monotonic() - run.drawn >= REDRAW_EVERY:
            self._redraw(run)

    def _redraw(self, run: _Run) -> None:
        run.drawn = time.monotonic()
        self.curves.draw()
        if run.preview is not None and not run.stop.is_set():
            self._preview.show(run.preview)
            run.preview = None
        if run.step is not None:
            self.status.setText(progress_text(run.step, run.config.steps, run.device))
            run.bar.show(f"Training {run.config.arch}", run.step.step, run.config.steps)

    def _on_error(self, error: Exception) -> None:
        expected = isinstance(error, ValueError | OSError | FloatingPointError | JobFailed)
        if self._run is not None:
            self._run.summary = str(error) if expected else "Training broke off by a mistake."
        if not expected:
            raise error
        show_error(str(error))

    def _on_end(self) -> None:
        if self._run is not None:
            self._run.bar.close()
            self.status.setText(self._run.summary)
        self._run = None
        self._show_running(running=False)

    def _tell_where(self, path: Path) -> None:
        self.status.setText(f"Saved as {link(path.absolute())}.")

    def _refuse(self, sentence: str) -> None:
        self.status.setText(sentence)
        show_error(sentence)

    def _follow_theme(self) -> None:
        self.curves.follow_theme(self._viewer.theme)

    def _show_selection(self) -> None:
        self.form.show_layers([layer.name for layer in self._selected_layers()])
