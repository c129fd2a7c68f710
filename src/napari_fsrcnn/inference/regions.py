"""Regions of an array as the tasks of a dask graph that read them."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import getitem
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import dask.array as da

Slices = tuple[slice, ...]


class RegionReader(Protocol):
    """Writes the tasks that read regions of an array.

    Attributes
    ----------
    graph : dict
        What the tasks refer to, beside the keys of `dependencies`.
    dependencies : sequence of dask.array.Array
    """

    graph: dict[str, Any]
    dependencies: list[Any]

    def task(self, region: Slices) -> tuple[Any, ...]:
        """Write the task that gives a region as an ndarray."""


def region_reader(array: Any) -> RegionReader:
    """Find out how regions of an array are read: of a dask array chunk by chunk."""
    import dask.array as da

    return DaskReader(array) if isinstance(array, da.Array) else ArrayReader(array)


class ArrayReader:
    """Reads from an array that the graph carries: numpy, Zarr, or any other that has slices."""

    def __init__(self, array: Any) -> None:
        self._key = f"source-{uuid4().hex}"
        self.graph = {self._key: array}
        self.dependencies: list[Any] = []

    def task(self, region: Slices) -> tuple[Any, ...]:
        """Write the task that gives a region as an ndarray."""
        return (_read, self._key, region)


class DaskReader:
    """Joins the parts of a dask array's chunks that lie in a region.

    dask's own overlap would cut every chunk into nine pieces before the first one can be computed:
    seconds for each look at a large picture.
    """

    def __init__(self, array: da.Array) -> None:
        self.graph: dict[str, Any] = {}
        self.dependencies: list[Any] = [array]
        self._name = array.name
        self._starts = [list(accumulate(lengths, initial=0)) for lengths in array.chunks]

    def task(self, region: Slices) -> tuple[Any, ...]:
        """Write the task that gives a region as an ndarray."""
        parts = [_parts(*each) for each in zip(self._starts, region, strict=True)]
        return (np.block, self._nested(parts, (), ()))

    def _nested(self, parts: list[list[tuple[int, slice]]], index: Any, within: Any) -> Any:
        """Nest the parts of chunks as ``numpy.block`` wants them, axis in axis."""
        axis = len(index)
        if axis == len(parts):
            return (getitem, (self._name, *index), within)
        return [
            self._nested(parts, (*index, chunk), (*within, part)) for chunk, part in parts[axis]
        ]


def _parts(starts: list[int], region: slice) -> list[tuple[int, slice]]:
    """Which chunks of an axis lie in a region, and what part of each.

    Examples
    --------
    >>> _parts([0, 4, 4, 9], slice(2, 6))
    [(0, slice(2, 4, None)), (2, slice(0, 2, None))]
    """
    parts = []
    chunk = bisect_right(starts, region.start) - 1
    while chunk < len(starts) - 1 and starts[chunk] < region.stop:
        start, stop = starts[chunk : chunk + 2]
        if start < stop:
            inside = slice(max(region.start, start) - start, min(region.stop, stop) - start)
            parts.append((chunk, inside))
        chunk += 1
    return parts


def _read(array: Any, region: Slices) -> NDArray[Any]:
    return np.asarray(array[region])
