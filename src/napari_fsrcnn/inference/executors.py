"""Many small tasks, here in threads or on the workers of a dask scheduler."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

import torch

Task = TypeVar("Task")

_WAITING = 2000
"""Tasks that a scheduler knows of at a time: enough for all workers that there may come to be."""


@contextmanager
def threads() -> Iterator[Executor]:
    """Open as many threads as torch would use for one network, each with a network of its own."""
    count = torch.get_num_threads()
    executor = ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,))
    try:
        with executor:
            yield executor
    finally:
        torch.set_num_threads(count)  # for threads that begin later


@contextmanager
def workers(scheduler: str) -> Iterator[Executor]:
    """Connect to a scheduler of dask.distributed.

    Raises
    ------
    ValueError
        dask.distributed is not installed.
    OSError
        Nothing answers at the address, or workers died again and again.
    """
    try:
        from distributed import Client, KilledWorker
    except ModuleNotFoundError as error:
        raise ValueError(
            "A scheduler needs dask.distributed: pip install napari-fsrcnn[distributed]."
        ) from error
    try:
        client = Client(scheduler, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OSError(f"There is no dask scheduler at {scheduler}: {error}.") from error
    with client:
        executor = client.get_executor(pure=False)
        try:
            yield executor
        except KilledWorker as error:
            raise OSError(
                f"The workers died over the same task again and again ({error}). Give them more "
                f"memory, and start again: what is written stays."
            ) from error
        finally:
            executor.shutdown(wait=False)


def run_tasks(
    executor: Executor,
    do: Callable[[Task], None],
    tasks: Iterable[Task],
    *,
    after_task: Callable[[], None],
    stop: threading.Event | None = None,
) -> bool:
    """Do all tasks, in any order.

    Parameters
    ----------
    executor : Executor
    do : callable
        Does one task.
    tasks : iterable
    after_task : callable
        Called in this thread after each task.
    stop : threading.Event, optional
        Looked at a few times a second; tasks that have begun are ended.

    Returns
    -------
    bool
        Whether all were done: False if ``stop`` was set.

    Raises
    ------
    Exception
        The first that a task raises; no further task is begun.
    """
    pending: set[Future[None]] = set()

    def settle(at_most: int) -> bool:
        nonlocal pending
        while len(pending) > at_most:
            if stop is not None and stop.is_set():
                return False
            done, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                after_task()
        return True

    try:
        for task in tasks:
            pending.add(executor.submit(do, task))
            if not settle(_WAITING):
                return False
        return settle(0)
    finally:
        for future in pending:
            future.cancel()
        wait(pending)
