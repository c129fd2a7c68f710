"""Work in a thread, seen from the main thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from napari.qt.threading import create_worker
from napari.utils.notifications import show_error
from psygnal import Signal

from napari_fsrcnn.widgets.activity import ActivityBar
from napari_fsrcnn.widgets.job_events import Advanced, JobFailed
from napari_fsrcnn.widgets.worker import StoppableWorker

_LONGEST = 18  # letters of a name beside a bar
_going_on: set[Job] = set()  # Qt's connections alone would not keep a job


class Job:
    """Runs a generator of events in a thread, with a bar in the activity dock.

    Bad input (ValueError), files (OSError), memory (MemoryError) and JobFailed become a
    notification; any other error is a mistake in the program, which napari shows as such. A job
    whose window is closed is stopped.

    Parameters
    ----------
    verb, noun : str
        What is done to which layer; a long name is shortened, or the bar would not be seen.
    events : generator function
        Called with ``*args`` and ``stop`` and ``report``, as
        :class:`~napari_fsrcnn.widgets.worker.StoppableWorker` does.
    *args
        For ``events``.

    Attributes
    ----------
    told : Signal(str)
        Sentences on how it goes.
    ended : Signal()
        The last signal, whatever happened.
    """

    told = Signal(str)
    ended = Signal()
    last_words: tuple[type, ...] = ()
    """Events that count after a stop as well; where there are any, errors do too."""

    def __init__(
        self, verb: str, noun: str, events: Callable[..., Iterator[Any]], *args: Any
    ) -> None:
        self._title = f"{verb} {noun if len(noun) <= _LONGEST else noun[: _LONGEST - 1] + '…'}"
        self._events = events
        self._args = args
        self._stop = threading.Event()

    def start(self) -> None:
        """Start, once."""
        _going_on.add(self)
        self._bar = ActivityBar(self._title)
        create_worker(
            self._events,
            *self._args,
            stop=self._stop,
            _worker_class=StoppableWorker,
            _connect={
                "yielded": self._on_event,
                "errored": self._on_error,
                "finished": self._on_end,
            },
        )

    def stop(self) -> None:
        """End it soon; nothing but the last words is handled any more."""
        self._stop.set()

    @property
    def left_by_stop(self) -> str:
        """What to say of a stop at this moment."""
        return "Stopped: nothing was changed."

    @property
    def stopping(self) -> bool:
        """Whether it is to end, or has ended, by :meth:`stop`."""
        return self._stop.is_set()

    def advance(self, done: int, total: int) -> None:
        """Show on the bar that so much is done."""
        self._bar.show(self._title, done, total)

    def handle(self, event: object) -> None:
        """Do what an event of the generator asks for, on the main thread."""
        raise NotImplementedError

    def _on_event(self, event: object) -> None:
        if self.stopping and not isinstance(event, self.last_words):
            return
        self.handle(event)
        if isinstance(event, Advanced):
            # Last, since later events may come in while napari moves the bar.
            self.advance(event.done, event.total)

    def _on_error(self, error: Exception) -> None:
        if self.stopping and not self.last_words:
            return
        if not isinstance(error, ValueError | OSError | MemoryError | JobFailed):
            self.told.emit("This broke off by a mistake in napari-fsrcnn.")
            raise error
        self.told.emit(str(error))
        show_error(str(error))

    def _on_end(self) -> None:
        _going_on.discard(self)
        self._bar.close()
        self.ended.emit()
