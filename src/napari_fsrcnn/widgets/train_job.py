"""A training run as a job of the viewer."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

from psygnal import Signal

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Noticed
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.layer_reading import Reader
from napari_fsrcnn.widgets.session_models import add_model
from napari_fsrcnn.widgets.training_events import training_events


class TrainJob(Job):
    """Trains in a thread; the model is offered in the viewer however the run ends.

    Parameters
    ----------
    config : TrainingConfig
    read : callable, optional
        Reads the pictures to use instead of ``config.data``.
    resuming : bool
        Go on with the run in ``config.run``.

    Attributes
    ----------
    happened : Signal(object)
        What :func:`~napari_fsrcnn.widgets.training_events.training_events` yields.
    """

    happened = Signal(object)
    last_words = (Finished, Noticed)

    def __init__(self, config: TrainingConfig, read: Reader | None, *, resuming: bool) -> None:
        self._pause = threading.Event()
        events = partial(training_events, pause=self._pause, resuming=resuming)
        super().__init__("Training", config.arch, events, config, read)

    @property
    def paused(self) -> bool:
        """Whether the run waits, or will after this step."""
        return self._pause.is_set()

    def pause(self) -> None:
        """Wait after this step."""
        self._pause.set()

    def go_on(self) -> None:
        """Go on after a pause."""
        self._pause.clear()

    def handle(self, event: object) -> None:
        """Offer the model of a run that has ended."""
        if isinstance(event, Finished) and event.model is not None:
            event = replace(event, model=add_model(event.model))
        self.happened.emit(event)
