"""How an array that may be lazy comes into memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def read(array: Any) -> NDArray[Any]:
    """Load an array; a dask array, or what wraps one, without telling dask's callbacks.

    dask tells its callbacks of what any thread computes, and napari's cache is such a callback,
    which fails when two threads compute at a time. Drawing has to go on while a picture is read.

    Parameters
    ----------
    array : array_like, or a dask or Zarr array

    Examples
    --------
    >>> read([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    if hasattr(array, "__dask_graph__"):
        array = array.compute(callbacks=())
    return np.asarray(array)
