"""How a training run goes: in words, as curves, and in pictures."""

from __future__ import annotations

import time
from typing import Any

from napari.layers import Image
from napari.utils.notifications import show_warning
from psygnal import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import (
    Finished,
    Noticed,
    Paused,
    Started,
    Stepped,
    Validated,
)
from napari_fsrcnn.widgets.curves import Curves
from napari_fsrcnn.widgets.job_events import Fetched
from napari_fsrcnn.widgets.pace import Pace
from napari_fsrcnn.widgets.preview_layers import PreviewLayers
from napari_fsrcnn.widgets.train_text import progress_text, summary_text

REDRAW_EVERY = 1.0
"""Seconds between redrawings: with each of them Qt puts the whole window together anew, which
takes time from the thread that trains where there is no GPU to do it."""


class RunView(QWidget):
    """Curves of a run, with layers of previews in the viewer.

    Parameters
    ----------
    viewer : napari.Viewer

    Attributes
    ----------
    told : Signal(str)
        Sentences on how it goes.
    advanced : Signal(int, int)
        Steps done, of all.
    """

    told = Signal(str)
    advanced = Signal(int, int)

    def __init__(self, viewer: Any) -> None:
        super().__init__()
        self._viewer = viewer
        self._previews = PreviewLayers(viewer)
        self.curves = Curves()
        self.curves.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.curves)
        viewer.events.theme.connect(self._follow_theme)
        self._follow_theme()

    def begin(self, config: TrainingConfig, like: Image | None) -> None:
        """Make room for a run, whose HR comes from a layer or not."""
        self._config = config
        self._pace = Pace(0)
        self._device = ""
        self._n_validation = 0
        self._stepped: Stepped | None = None
        self._validated: Validated | None = None
        self._drawn = 0.0
        # Before training begins: making room for them lets the whole window be drawn anew.
        self.curves.start(config.steps, None, config.loss)
        self.curves.show()
        self._previews.start(config.scale, like)

    def end(self) -> None:
        """Take the curves away where there is nothing on them."""
        if not self.curves.loss:
            self.curves.hide()

    def show_event(self, event: object) -> None:
        """Show what happened."""
        match event:
            case Fetched(done, total, what, unit):
                self.told.emit(f"Fetching {what}: {done} of {total} {unit}.")
            case Started():
                self._device, self._n_validation = event.device, len(event.validation)
                self._pace = Pace(event.step)
                self.told.emit(f"Training on {event.device}.")
                self.curves.start(event.steps, event.bicubic_psnr, self._config.loss)
            case Stepped():
                self._stepped = event
                self._pace.go_on()
                self.curves.loss.append((event.step, event.loss))
                self._draw_if_due()
            case Validated():
                self._validated = event
                self.curves.psnr.append((event.step, event.psnr))
                self._draw_if_due()
            case Paused(step):
                self._pace.pause()
                self._draw()
                self.told.emit(f"Paused after step {step:,} of {self._config.steps:,}.")
            case Noticed(text):
                show_warning(text)
            case Finished():
                self._sum_up(event)

    def _sum_up(self, event: Finished) -> None:
        if event.reason == "stopped":  # perhaps since the window is closing
            self._validated = None
        self._draw()
        run, seconds = self._config.run, self._pace.seconds
        self.told.emit(summary_text(event, self._n_validation, run, seconds))

    def _draw_if_due(self) -> None:
        if time.monotonic() - self._drawn >= REDRAW_EVERY:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        self.curves.draw()
        if self._validated is not None:
            self._previews.show(self._validated)
            self._validated = None
        if self._stepped is not None:
            step, steps = self._stepped.step, self._config.steps
            left = self._pace.seconds_left(step, steps)
            self.told.emit(progress_text(self._stepped, steps, self._device, left))
            self.advanced.emit(step, steps)

    def _follow_theme(self) -> None:
        self.curves.follow_theme(self._viewer.theme)
