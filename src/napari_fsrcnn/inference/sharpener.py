"""Views of an upscaled picture at once: what is computed, and the LR pixels where nothing is yet."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.inference.block_queue import BlockQueue, Computed
from napari_fsrcnn.inference.helpers import MOST, Helpers
from napari_fsrcnn.inference.on_demand import OnDemand
from napari_fsrcnn.inference.played import Played
from napari_fsrcnn.inference.tiles import Notice
from napari_fsrcnn.inference.upscaled_blocks import Index, UpscaledBlocks
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.networks.threads import count_threads, use_threads

AHEAD = 16
"""Planes that are computed ahead at most; they never fill more than half of the cache."""

PATIENCE = 0.1
"""Seconds that a plane of a film is waited for: better fewer frames than rough ones."""


class Sharpener:
    """Computes, in threads, the blocks that were looked at last; then those that come next.

    Blocks that nobody looks at any more are not begun. One that can't be computed is told of and
    stays as it is in the LR picture.

    Parameters
    ----------
    blocks : UpscaledBlocks
    sharpened : callable
        Called when a block of the last view is there, in a thread.
    failed : callable
        Called with a sentence when a block can't be computed, in a thread.
    noticed : callable
        Called with a sentence when memory runs out and smaller tiles or the CPU go on, in a thread.
    """

    def __init__(
        self,
        blocks: UpscaledBlocks,
        sharpened: Callable[[], object],
        failed: Callable[[str], object],
        noticed: Notice,
    ) -> None:
        self._blocks = blocks
        self._sharpened = sharpened
        self._failed = failed
        self._noticed = noticed
        self._lock = threading.Condition(threading.RLock())
        self._waited_for = False
        self._queues: list[BlockQueue] = []
        self._helpers: Helpers | None = None
        self._hopeless: set[Index] = set()
        # Held here too, or a view that is larger than the cache would be computed for ever.
        self._shown: dict[Index, NDArray[Any] | None] = {}
        self._on_cpu = resolve_device(blocks.upscaler.device).type == "cpu"
        self._stack = blocks.shape[: -2 - blocks.colour_axes]
        self._played = Played(self._stack)

    @property
    def sharp(self) -> bool:
        """Whether all of the last view is there, as far as it can be computed."""
        with self._lock:
            return not self._missing()

    def look(self, view: OnDemand) -> NDArray[Any]:
        """Give what there is of a view, and see to the rest of it.

        A plane that follows another one is waited for a little, since it may be one of a film.
        """
        parts = list(view.parts())
        with self._lock:
            self._shown = {index: self._known(index) for index in {part.block for part in parts}}
            shown = self._shown
            followed = self._follow()
            self._want(self._missing(), self._next())
            if followed:
                self._wait()
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
            queues, self._queues = self._queues, []
            helpers, self._helpers = self._helpers, None
            self._shown = {}
            self._played = Played(self._stack)
            for queue in queues:
                queue.close()
        if helpers is not None:
            helpers.close()
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

    def _follow(self) -> bool:
        """See whether it is another plane than before that is shown, and one alone."""
        planes = {index[:-2] for index in self._shown}
        return len(planes) == 1 and self._played.show(planes.pop())

    def _wait(self) -> None:
        self._waited_for = True
        self._lock.wait_for(lambda: not self._missing(), timeout=PATIENCE)
        self._waited_for = False

    def _next(self) -> list[Index]:
        """Give the same blocks of the planes that come next."""
        if len({index[:-2] for index in self._shown}) != 1:
            return []
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

    def _want(self, missing: Sequence[Index], coming: Sequence[Index]) -> None:
        """Compute these, in this order: what comes next in helpers, where there are some."""
        if not self._queues:
            self._open()
        if coming and self._helpers is None:
            self._open_helpers()
        begun = {index for queue in self._queues for index in queue.begun}
        here, *beside = self._queues
        helped = self._helpers is not None and self._helpers.ready
        now, later = (missing, coming) if helped else ([*missing, *coming], ())
        here.want(index for index in now if index not in begun)
        for queue in beside:
            queue.want(index for index in later if index not in begun)

    def _open(self) -> None:
        threads = count_threads()
        if self._on_cpu:
            self._queues = [self._queue(_threads(threads), threads, self._blocks)]
        else:
            self._queues = [self._queue(ThreadPoolExecutor(1), 1, self._blocks)]

    def _open_helpers(self) -> None:
        # Of fewer planes all are there before another process has started.
        if not self._on_cpu or math.prod(self._stack) <= AHEAD:
            return
        blocks = self._blocks
        count = min(MOST, max(1, count_threads() // 2))
        self._helpers = Helpers(blocks.upscaler, count, max(blocks.nbytes, blocks.read_nbytes))
        # One more reads the next block meanwhile.
        upscaled = blocks.upscaled_by(self._helpers.upscale)
        self._queues.append(self._queue(_threads(count + 1), count + 1, upscaled))

    def _queue(
        self, executor: ThreadPoolExecutor, count: int, blocks: UpscaledBlocks
    ) -> BlockQueue:
        compute = partial(blocks.compute, notice=self._noticed)
        return BlockQueue(executor, count, compute, self._settle)

    def _settle(self, queue: BlockQueue, index: Index, future: Computed) -> None:
        with self._lock:
            if queue not in self._queues:  # closed meanwhile
                self._blocks.drop()
                return
            queue.end(index)
            error = future.exception()
            if error is not None:
                self._hopeless.add(index)
            elif index in self._shown:
                self._shown[index] = future.result()
            tell = index in self._shown and not self._waited_for
            self._lock.notify_all()
        if error is not None:
            self._failed(str(error))
        elif tell:
            self._sharpened()


def _threads(count: int) -> ThreadPoolExecutor:
    """Make threads that compute a block each, with one of torch's threads each."""
    return ThreadPoolExecutor(count, initializer=use_threads, initargs=(1,))
