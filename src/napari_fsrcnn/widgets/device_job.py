"""Work on one device that may take long, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from napari.utils.notifications import show_info

from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Advanced, Noticed
from napari_fsrcnn.widgets.upscaling import Began


class DeviceJob(Job):
    """Tells on which device the work goes on, and how much of it is done.

    Parameters
    ----------
    doing : str
        What is done, as sentences begin.
    verb, noun, events, *args
        As for :class:`~napari_fsrcnn.widgets.job.Job`.

    Attributes
    ----------
    device : str
        As a person knows it; empty until the work has begun.
    """

    def __init__(
        self,
        doing: str,
        verb: str,
        noun: str,
        events: Callable[..., Iterator[Any]],
        *args: Any,
    ) -> None:
        super().__init__(verb, noun, events, *args)
        self.device = ""
        self._doing = doing
        self._began = 0.0

    @property
    def seconds(self) -> float:
        """Time since the work has begun."""
        return time.monotonic() - self._began

    def handle(self, event: object) -> None:
        """Tell how it goes."""
        match event:
            case Began(device):
                self.device = device
                self._began = time.monotonic()
                self.told.emit(f"{self._doing} on {device}...")
            case Advanced(done, total):
                self.told.emit(f"{self._doing} on {self.device}: {done / total:.0%}")
            case Noticed(sentence):
                show_info(sentence)
