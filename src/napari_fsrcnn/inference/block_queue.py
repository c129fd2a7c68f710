"""Blocks that wait for threads: those that are wanted first at first, and none that no longer is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from numpy.typing import NDArray

from napari_fsrcnn.inference.upscaled_blocks import Index

Computed = Future[NDArray[Any]]


class BlockQueue:
    """Has threads compute the blocks that are wanted.

    It is used by several threads: whoever calls a method holds one and the same lock.

    Parameters
    ----------
    executor : ThreadPoolExecutor
    count : int
        Blocks at once, as many as it has threads.
    compute : callable
        Computes a block, in a thread.
    settled : callable
        Called, mostly in a thread, with this queue, a block, and the future that has its values. It
        is to call :meth:`end`.

    Attributes
    ----------
    begun : dict
        The blocks that are being computed.
    """

    def __init__(
        self,
        executor: ThreadPoolExecutor,
        count: int,
        compute: Callable[[Index], NDArray[Any]],
        settled: Callable[[BlockQueue, Index, Computed], None],
    ) -> None:
        self._executor = executor
        self._count = count
        self._compute = compute
        self._settled = settled
        self._wanted: deque[Index] = deque()
        self.begun: dict[Index, Computed] = {}

    def want(self, wanted: Iterable[Index]) -> None:
        """Compute these, in this order, and nothing else that has not begun."""
        self._wanted = deque(dict.fromkeys(index for index in wanted if index not in self.begun))
        self._begin()

    def end(self, index: Index) -> None:
        """Take notice that a block is computed, and begin another."""
        del self.begun[index]
        self._begin()

    def close(self) -> None:
        """Begin nothing more."""
        self._wanted.clear()
        self._executor.shutdown(wait=False)

    def _begin(self) -> None:
        while self._wanted and len(self.begun) < self._count:
            index = self._wanted.popleft()
            try:
                future = self._executor.submit(self._compute, index)
            except RuntimeError:  # it is closed, or Python ends
                self._wanted.clear()
                return
            self.begun[index] = future
            future.add_done_callback(partial(self._settled, self, index))
