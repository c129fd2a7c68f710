"""The value range of an array that is too large, or too far away, to be read whole."""

from __future__ import annotations

import itertools
import math
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.layout import check_layout, check_picture
from napari_fsrcnn.image.read import read
from napari_fsrcnn.image.value_range import ValueRange, find_finite_range, find_value_range

WINDOWS = 16
WINDOW = 2**18
"""Values in a window: 512 x 512 of a large plane. All windows together make a good sample."""

_SIDE = 512
_KNOWN = (np.bool_, np.uint8)  # dtypes that tell the range: no value is read
# Fractions whose multiples fill [0, 1) evenly, a different one for each axis from the last.
_STEPS = [math.sqrt(prime) % 1 for prime in (2, 3, 5, 7, 11, 13, 17, 19)]


def sample_value_range(image: Any, *, rgb: bool) -> ValueRange:
    """Find the value range of an array from windows spread over it, by the project's rule.

    Parameters
    ----------
    image : ndarray, or a dask or Zarr array, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Up to 16 windows are read, four million values; a smaller array is read whole, and gives
        what :func:`napari_fsrcnn.image.value_range.find_finite_range` gives: who reads all of it
        finds NaN and infinity where they are. Alpha has no part.
    rgb : bool
        Whether the last axis is colour.

    Returns
    -------
    ValueRange

    Raises
    ------
    ValueError
        If all values that were read are NaN or infinite.

    Examples
    --------
    >>> sample_value_range(np.eye(40, dtype=np.uint16), rgb=False)
    ValueRange(low=0.0, high=1.0)
    """
    if image.dtype in _KNOWN:
        return find_value_range(np.empty(0, image.dtype))
    return find_finite_range(_sample(image, rgb=rgb))


def sample_usable_range(image: Any, *, rgb: bool) -> ValueRange:
    """Find the value range as :func:`sample_value_range` does, less planes that can't be used.

    Raises
    ------
    Exception
        If no plane of the sample can be read, or each has NaN or infinity: what the first raised.

    Examples
    --------
    >>> stack = np.stack([np.eye(40), np.full((40, 40), np.nan)])
    >>> sample_usable_range(stack, rgb=False)
    ValueRange(low=0.0, high=1.0)
    """
    if image.dtype in _KNOWN:
        return sample_value_range(image, rgb=rgb)
    with suppress(Exception):  # few large parts are read faster than many planes
        together = _sample(image, rgb=rgb)
        if np.isfinite(together).all():
            return find_value_range(together)
    sample, errors = [], []
    for window in windows(image.shape[:-1] if rgb else image.shape):
        for index in itertools.product(*(range(part.start, part.stop) for part in window[:-2])):
            try:
                values = read(image[(*index, *window[-2:])])[..., : 3 if rgb else None]
                check_picture(values, rgb=rgb)
            except Exception as error:  # noqa: BLE001  a decoder raises anything; told with the plane
                errors.append(error)
            else:
                sample.append(values.ravel())
    if not sample:
        raise errors[0]
    return find_value_range(np.concatenate(sample))


def _sample(image: Any, *, rgb: bool) -> NDArray[Any]:
    colours = (slice(3),) if rgb else ()
    sample = []
    for window in windows(image.shape[:-1] if rgb else image.shape):
        values = read(image[(*window, *colours)])
        check_layout(values.shape, values.dtype, rgb=rgb)
        sample.append(values.ravel())
    return np.concatenate(sample)


def windows(shape: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Spread windows over a stack of planes; one that holds everything, if that is little.

    Parameters
    ----------
    shape : tuple of int, (..., Y, X)

    Examples
    --------
    >>> windows((3, 1000, 800))
    [(slice(0, 3, None), slice(0, 1000, None), slice(0, 800, None))]
    >>> len(windows((3, 10_000, 8_000)))
    16
    """
    if math.prod(shape) <= WINDOWS * WINDOW:
        return [tuple(slice(0, length) for length in shape)]
    size = [min(length, _SIDE) for length in shape[-2:]]
    for length in reversed(shape[:-2]):
        size.insert(0, min(length, max(WINDOW // math.prod(size), 1)))
    places = []
    for number in range(WINDOWS):
        starts = [
            round((number * step + 0.5) % 1 * (length - part))
            for length, part, step in zip(shape, size, _steps(len(shape)), strict=True)
        ]
        places.append(
            tuple(slice(start, start + part) for start, part in zip(starts, size, strict=True))
        )
    return places


def _steps(axes: int) -> list[float]:
    repeated = _STEPS * -(-axes // len(_STEPS))
    return repeated[:axes][::-1]
