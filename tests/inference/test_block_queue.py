"""The order in which blocks are computed, and what is not begun."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.inference.block_queue import BlockQueue


class Watched:
    """A queue of one thread, which waits before each block."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.go = threading.Semaphore(0)
        self.computed: list[int] = []
        self.ended = threading.Semaphore(0)
        self.queue = BlockQueue(ThreadPoolExecutor(1), 1, self.compute, self.settle)

    def want(self, *wanted: int) -> None:
        with self.lock:
            self.queue.want((index,) for index in wanted)

    def compute(self, index: tuple[int, ...]) -> NDArray[Any]:
        assert self.go.acquire(timeout=60)
        self.computed += index
        return np.zeros(1)

    def settle(self, queue: BlockQueue, index: tuple[int, ...], _: Future[Any]) -> None:
        with self.lock:
            queue.end(index)
        self.ended.release()

    def let(self, count: int) -> None:
        for _ in range(count):
            self.go.release()
        for _ in range(count):
            assert self.ended.acquire(timeout=60)


def test_what_is_wanted_first_is_computed_first_and_once() -> None:
    watched = Watched()
    watched.want(3, 1, 3, 2)
    watched.let(3)
    assert watched.computed == [3, 1, 2]
    assert watched.queue.begun == {}


def test_what_is_no_longer_wanted_is_not_begun() -> None:
    watched = Watched()
    watched.want(1, 2, 3)
    watched.want(1, 4)
    watched.let(2)
    assert watched.computed == [1, 4]


def test_closed_it_begins_nothing() -> None:
    watched = Watched()
    watched.want(1, 2)
    with watched.lock:
        watched.queue.close()
    watched.let(1)
    watched.want(3)
    assert watched.computed == [1]
    assert watched.queue.begun == {}
