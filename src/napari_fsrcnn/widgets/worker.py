"""Long work in a thread of napari's that can be stopped without being cut off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from napari.qt.threading import GeneratorWorker


class StoppableWorker(GeneratorWorker):
    """A generator in a thread; to quit it is to set its own stop event.

    napari quits its workers when the window is closed. A generator that is quit there is left
    where it is, and never saves what it has; one that sees its stop event ends by itself.

    Parameters
    ----------
    events : generator function
        Called with ``*args`` and two keywords: ``stop``, the event, and ``report``, a function
        for what happens where nothing can be yielded (in a progress callback), which emits
        ``yielded`` too.
    *args
        For ``events``.
    stop : threading.Event
    """

    def __init__(
        self, events: Callable[..., Iterator[Any]], *args: Any, stop: threading.Event
    ) -> None:
        super().__init__(events, *args, stop=stop, report=self._report)
        self._stop = stop

    def quit(self) -> None:
        """Ask the generator to end by itself."""
        self._stop.set()

    def _report(self, event: object) -> None:
        self.yielded.emit(event)
