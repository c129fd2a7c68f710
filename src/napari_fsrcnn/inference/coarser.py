"""Coarser levels to look at of an array that has none of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_fsrcnn.image.read import read

SMALLEST = 1024
"""Pixels along Y and X that need no coarser level."""


def coarser_levels(image: Any, *, rgb: bool) -> list[Any]:
    """Take every 2nd, 4th, ... pixel, which are read when they are looked at.

    Only of a single picture the coarsest level is read at once: of an array in chunks that is each
    of them, a few at a time. Means of pixels would look better, but for these all would be held.

    Parameters
    ----------
    image : ndarray, or a dask or Zarr array, shape (..., Y, X) or (..., Y, X, 3 or 4)
    rgb : bool
        Whether the last axis is colour.

    Returns
    -------
    list of ndarray or dask.array.Array
        Until Y and X are no longer than 1024. Of a single picture the last one is in memory.

    Examples
    --------
    >>> [level.shape for level in coarser_levels(np.zeros((3, 4000, 2001)), rgb=False)]
    [(3, 2000, 1000), (3, 1000, 500)]
    """
    y = len(image.shape) - (3 if rgb else 2)
    longest = max(image.shape[y : y + 2])
    if longest <= SMALLEST:
        return []
    if not isinstance(image, np.ndarray):
        import dask.array as da

        image = image if isinstance(image, da.Array) else da.from_array(image)
    levels = []
    factor = 2
    while longest > SMALLEST * factor // 2:
        # From the middle of what one pixel stands for.
        every = slice(factor // 2, None, factor)
        levels.append(image[(slice(None),) * y + (every, every)])
        factor *= 2
    if y == 0:
        # napari reads it whole, and would else do so in the window's own thread.
        levels[-1] = np.ascontiguousarray(read(levels[-1]))
    return levels
