"""Many small tasks, here in threads or on the workers of a dask scheduler."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from napari_fsrcnn.networks.threads import count_threads, use_threads, using_threads

if TYPE_CHECKING:
    from distributed import Client

Task = TypeVar("Task")

_MOST = 16
"""Tasks at once: each holds a block in memory, and of them all there should be within a gigabyte."""

_LOOK = 0.2
"""Seconds between two looks at what others have done."""

_LOST = (
    "The connection to the dask scheduler was lost. What is written stays: start it again in the same "
    "way, and it goes on from there."
)


def run_in_threads(
    do: Callable[[Task], None],
    tasks: Iterable[Task],
    *,
    after_task: Callable[[], None],
    stop: threading.Event | None = None,
) -> bool:
    """Do all tasks in this thread and others, which together use as many of torch's as a network.

    This thread does not only wait for others: where it did, and one plane of a stack followed the
    other, the system often gave the same core to two of them for as long as a small plane takes.

    Parameters
    ----------
    do : callable
        Does one task.
    tasks : iterable
    after_task : callable
        Called in this thread after each task.
    stop : threading.Event, optional
        Looked at before each task; tasks that have begun are ended.

    Returns
    -------
    bool
        Whether all were done: False if ``stop`` was set.

    Raises
    ------
    Exception
        The first that a task raises; no further task is begun.
    """
    count = count_threads()
    at_once = min(count, _MOST)
    each = count // at_once
    turns = _Turns(do, tasks, stop or threading.Event())
    told = 0

    def tell() -> None:
        nonlocal told
        while told < turns.done:
            told += 1
            after_task()

    executor = ThreadPoolExecutor(at_once, initializer=use_threads, initargs=(each,))
    try:
        others = [executor.submit(turns.take_all) for _ in range(at_once - 1)]
        with using_threads(each):
            while turns.take():
                tell()
        while wait(others, timeout=_LOOK).not_done:
            tell()
        tell()
    finally:
        turns.end()
        executor.shutdown()
    return turns.all_taken()


class _Turns(Generic[Task]):
    """Tasks, of which each thread takes the next one when it has done its last."""

    def __init__(
        self, do: Callable[[Task], None], tasks: Iterable[Task], stop: threading.Event
    ) -> None:
        self.done = 0
        self._do = do
        self._waiting = iter(tasks)
        self._stop = stop
        self._ended = False
        self._error: BaseException | None = None
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Do the next task; False if there is none, or no other shall be begun."""
        try:
            with self._lock:
                none = self._ended or self._stop.is_set()
                next_one = [] if none else list(islice(self._waiting, 1))
            for task in next_one:
                self._do(task)
        except BaseException as error:  # noqa: BLE001 - raised where all are asked for
            self._error = self._error or error
            self.end()
            return False
        with self._lock:
            self.done += len(next_one)
        return bool(next_one)

    def take_all(self) -> None:
        """Do what is left, in turns with other threads."""
        while self.take():
            pass

    def end(self) -> None:
        """Let no other task be begun."""
        self._ended = True

    def all_taken(self) -> bool:
        """Say whether none was left; one that was is lost.

        Raises
        ------
        Exception
            The first that a task raised.
        """
        if self._error is not None:
            raise self._error
        return next(self._waiting, self) is self


@contextmanager
def workers(scheduler: str, check: Callable[[], None]) -> Iterator[Client]:
    """Connect to a scheduler of dask.distributed.

    Parameters
    ----------
    scheduler : str
        Its address.
    check : callable
        Called on each of its workers that is there, to raise a ValueError if it can't do the work.

    Raises
    ------
    ValueError
        dask.distributed is not installed, or a worker can't do the work.
    OSError
        Nothing answers at the address, the connection is lost, or workers died again and again.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.client import ClosedClientError
    except ModuleNotFoundError as error:
        raise ValueError(
            "A scheduler needs dask.distributed: pip install napari-fsrcnn[distributed]."
        ) from error
    try:
        client = Client(scheduler, set_as_default=False, timeout=10)
    except (OSError, ValueError) as error:
        raise OSError(f"There is no dask scheduler at {scheduler}: {error}.") from error
    with client:
        try:
            # A worker that dies meanwhile is no reason not to begin: what fails there, a task tells.
            for answer in client.run(check, on_error="return").values():
                if isinstance(answer, ValueError):
                    raise answer
            yield client
        except KilledWorker as error:
            raise OSError(
                f"The workers died over the same task again and again ({error}). Give them more "
                f"memory, and start again: what is written stays."
            ) from error
        except ClosedClientError as error:
            raise OSError(_LOST) from error


def hear_workers(client: Client, topic: str, notice: Callable[[str], None]) -> None:
    """Pass on, in a thread of its own, what workers tell of a topic from now on."""
    client.subscribe_topic(topic, lambda event: notice(event[1]))


def tell_client(topic: str, sentence: str) -> None:
    """Tell the clients that hear a topic of something, on a worker while it does a task."""
    from distributed import get_worker

    get_worker().log_event(topic, sentence)


def run_on_workers(
    client: Client,
    do: Callable[[Task], None],
    tasks: Iterable[Task],
    *,
    after_task: Callable[[], None],
    stop: threading.Event | None = None,
) -> bool:
    """Do all tasks, each on whatever worker is free; those of a worker that dies, on another.

    Arguments and result as of :func:`run_in_threads`, but for ``stop``, which is looked at a few times
    a second; ``do`` and the tasks are pickled.

    Raises
    ------
    Exception
        The first that a task raises.
    OSError
        If the connection to the scheduler is lost.
    """
    from distributed import as_completed

    stop = stop or threading.Event()
    futures = client.map(do, list(tasks), pure=False)
    ended = as_completed(futures, loop=client.loop)
    try:
        while ended.count() and not stop.is_set():
            for future in ended.next_batch(block=False):
                if future.status == "error":
                    raise future.exception()
                # The client cancels all of them when it loses the scheduler.
                if future.cancelled():
                    raise OSError(_LOST)
                after_task()
                # Its result is nothing: should this worker die, nothing is done again for it.
                future.release()
            stop.wait(_LOOK)
        return not ended.count()
    finally:
        if client.status == "running":
            client.cancel(futures)
