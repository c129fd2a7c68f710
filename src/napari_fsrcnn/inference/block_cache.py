"""What was computed last, within a set amount of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from numpy.typing import NDArray

Key = tuple[Hashable, tuple[int, ...]]


class BlockCache:
    """Keeps blocks of any pictures; those looked at longest ago make room. For any threads.

    Parameters
    ----------
    limit : int
        Bytes that all blocks together take at most.

    Attributes
    ----------
    limit : int
        May be changed at any time; a smaller one counts from the next block on.

    Examples
    --------
    >>> import numpy as np
    >>> cache = BlockCache(limit=200)
    >>> for column in range(3):
    ...     cache.put(("cells", (0, column)), np.zeros(100, np.uint8))
    >>> cache.get(("cells", (0, 0))) is None, cache.nbytes
    (True, 200)
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._blocks: OrderedDict[Key, NDArray[Any]] = OrderedDict()
        self._nbytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes that the blocks take."""
        return self._nbytes

    def get(self, key: Key) -> NDArray[Any] | None:
        """Look up a block; it then counts as looked at last."""
        with self._lock:
            block = self._blocks.get(key)
            if block is not None:
                self._blocks.move_to_end(key)
            return block

    def put(self, key: Key, block: NDArray[Any]) -> None:
        """Keep a block."""
        with self._lock:
            self._forget(key)
            self._blocks[key] = block
            self._nbytes += block.nbytes
            while self._nbytes > self.limit:
                self._forget(next(iter(self._blocks)))

    def drop(self, picture: Hashable) -> None:
        """Forget all blocks of a picture."""
        with self._lock:
            for key in [key for key in self._blocks if key[0] == picture]:
                self._forget(key)

    def _forget(self, key: Key) -> None:
        block = self._blocks.pop(key, None)
        if block is not None:
            self._nbytes -= block.nbytes
