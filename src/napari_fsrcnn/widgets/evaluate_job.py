"""Measuring models on pictures, and restoring one of them for a look, as jobs of the viewer."""

from __future__ import annotations

import time

from psygnal import Signal

from napari_fsrcnn.widgets.evaluating import (
    Done,
    Opened,
    Request,
    evaluating_events,
    opening_events,
)
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Advanced
from napari_fsrcnn.widgets.upscaling import Began


class EvaluateJob(Job):
    """Measures models in a thread.

    Parameters
    ----------
    request : Request

    Attributes
    ----------
    measured : Signal(object)
        ModelScore, LeftOut and Unusable, as they come.
    device : str
        As a person knows it.
    seconds : float or None
        How long it took, once all is measured.
    """

    measured = Signal(object)

    def __init__(self, request: Request) -> None:
        n = len(request.models)
        super().__init__(
            "Evaluating", f"{n} model{'' if n == 1 else 's'}", evaluating_events, request
        )
        self.device = ""
        self.seconds: float | None = None
        self._began = 0.0

    def handle(self, event: object) -> None:
        """Tell how it goes, and pass on the figures."""
        match event:
            case Began(device):
                self.device = device
                self._began = time.monotonic()
                self.told.emit(f"Evaluating on {device}...")
            case Advanced(done, total) if self.device:
                self.told.emit(f"Evaluating on {self.device}: {done:,} of {total:,}.")
            case Advanced(done, total):
                self.told.emit(f"Fetching BSD-100: {done} of {total} files.")
            case Done():
                self.seconds = time.monotonic() - self._began
            case _:
                self.measured.emit(event)


class OpenJob(Job):
    """Restores one picture in a thread.

    Parameters
    ----------
    request : Request
        What was measured.
    model, picture : str
        By name.

    Attributes
    ----------
    opened : Signal(Opened)
    """

    opened = Signal(Opened)

    def __init__(self, request: Request, model: str, picture: str) -> None:
        super().__init__("Opening", picture, opening_events, request, model, picture)

    def handle(self, event: object) -> None:
        """Pass on the planes."""
        if isinstance(event, Opened):
            self.opened.emit(event)
