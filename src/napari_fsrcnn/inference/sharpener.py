"""Views of an upscaled picture at once: what is computed, and the LR pixels where nothing is yet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.inference.on_demand import Index, OnDemand, UpscaledBlocks
from napari_fsrcnn.inference.played import Played

AHEAD = 16
"""Planes that are computed ahead at most; they never fill more than half of the cache."""


class Sharpener:
    """Computes, in a thread, the blocks that were looked at last; then those that come next.

    Blocks that nobody looks at any more are not begun. One that can't be computed is told of and
    stays as it is in the LR picture.

    Parameters
    ----------
    blocks : UpscaledBlocks
    sharpened : callable
        Called when a block of the last view is there, in the thread.
    failed : callable
        Called with a sentence when a block can't be computed, in the thread.
    """

    def __init__(
        self,
        blocks: UpscaledBlocks,
        sharpened: Callable[[], object],
        failed: Callable[[str], object],
    ) -> None:
        self._blocks = blocks
        self._sharpened = sharpened
        self._failed = failed
        self._lock = threading.RLock()
        self._executor: ThreadPoolExecutor | None = None
        self._computing: dict[Index, Future[NDArray[Any]]] = {}
        self._hopeless: set[Index] = set()
        # Held here too, or a view that is larger than the cache would be computed for ever.
        self._shown: dict[Index, NDArray[Any] | None] = {}
        self._played = Played(blocks.shape[: -2 - blocks.colour_axes])

    @property
    def sharp(self) -> bool:
        """Whether all of the last view is there, as far as it can be computed."""
        with self._lock:
            return not self._missing()

    def look(self, view: OnDemand) -> NDArray[Any]:
        """Give what there is of a view, and see to the rest of it."""
        parts = list(view.parts())
        with self._lock:
            self._shown = {index: self._known(index) for index in {part.block for part in parts}}
            shown = self._shown
            self._want([*self._missing(), *self._next()])
        complete = all(block is not None for block in shown.values())
        values = np.empty(view.lengths, view.dtype) if complete else view.rough()
        for part in parts:
            block = shown[part.block]
            if block is not None:
                values[part.place] = block[part.inside]
        return view.without_dropped(values)

    def close(self) -> None:
        """Begin no more blocks and free what was computed; the next look begins anew."""
        with self._lock:
            executor, self._executor = self._executor, None
            self._computing.clear()
            self._shown = {}
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        self._blocks.drop()

    def _known(self, index: Index) -> NDArray[Any] | None:
        block = self._blocks.known(index)
        return self._shown.get(index) if block is None else block

    def _missing(self) -> list[Index]:
        """Blocks of the last view that are still to come, those in its middle first."""
        if not self._shown:
            return []
        middle = np.mean([index[-2:] for index in self._shown], axis=0)
        return sorted(
            (
                index
                for index, block in self._shown.items()
                if block is None and index not in self._hopeless
            ),
            key=lambda index: float(np.abs(np.subtract(index[-2:], middle)).sum()),
        )

    def _next(self) -> list[Index]:
        """Give the same blocks of the planes that come next, if it is one plane that is shown."""
        planes = {index[:-2] for index in self._shown}
        if len(planes) != 1:
            return []
        self._played.show(planes.pop())
        of_a_plane = len(self._shown) * self._blocks.nbytes
        count = min(AHEAD, self._blocks.cache.limit // (2 * of_a_plane))
        coming = [
            (*plane, *index[-2:])
            for plane in self._played.next_planes(count)
            for index in self._shown
        ]
        return [
            index
            for index in coming
            if index not in self._hopeless and self._blocks.known(index) is None
        ]

    def _want(self, wanted: Sequence[Index]) -> None:
        """Compute these, in this order, and nothing else that has not begun."""
        for index, future in list(self._computing.items()):
            if future.cancel():
                del self._computing[index]
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, "upscaling where one looks")
        for index in wanted:
            if index not in self._computing:
                future = self._executor.submit(self._blocks.compute, index)
                self._computing[index] = future
                future.add_done_callback(partial(self._settle, index))

    def _settle(self, index: Index, future: Future[NDArray[Any]]) -> None:
        if future.cancelled():
            return
        with self._lock:
            if self._computing.get(index) is not future:  # closed meanwhile
                self._blocks.drop()
                return
            del self._computing[index]
            error = future.exception()
            if error is not None:
                self._hopeless.add(index)
            elif index in self._shown:
                self._shown[index] = future.result()
            shown = index in self._shown
        if error is not None:
            self._failed(str(error))
        elif shown:
            self._sharpened()
