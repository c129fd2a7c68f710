"""Reading arrays that may be lazy."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dask.array as da
import numpy as np
from dask.cache import Cache
from dask.callbacks import Callback

from napari_fsrcnn.image.read import read

PICTURE = np.arange(120, dtype=np.uint16).reshape(10, 12)


def test_what_is_in_memory_is_not_copied() -> None:
    assert read(PICTURE) is PICTURE


def test_a_lazy_array_is_computed() -> None:
    lazy = da.from_array(PICTURE, chunks=(4, 5))[2:]
    np.testing.assert_array_equal(read(lazy), PICTURE[2:])
    assert isinstance(read(lazy), np.ndarray)


class Gate:
    """Lets a computation begin, and end when the test says so."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def array(self) -> Any:
        # Without `meta` dask would pass the gate to find it out.
        return da.from_array(PICTURE, chunks=-1).map_blocks(self._pass, meta=PICTURE[:0])

    def _pass(self, block: np.ndarray) -> np.ndarray:
        self.began.set()
        assert self.may_end.wait(30)
        return block


def test_a_cache_of_dasks_serves_drawing_while_another_thread_reads() -> None:
    cache = Cache(1e6)  # as napari has one, for as long as it draws
    behind, drawn = Gate(), Gate()

    def draw() -> np.ndarray:
        with cache:
            return np.asarray(drawn.array())

    with ThreadPoolExecutor() as threads:
        with cache:
            reading = threads.submit(read, behind.array())
            assert behind.began.wait(30)
        drawing = threads.submit(draw)
        assert drawn.began.wait(30)
        behind.may_end.set()
        np.testing.assert_array_equal(reading.result(), PICTURE)
        drawn.may_end.set()
        np.testing.assert_array_equal(drawing.result(), PICTURE)
    assert not Callback.active
