"""The middle of a picture or stack: enough to measure, and never too much to wait for."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.image.metrics import SSIM_WINDOW

PIXELS = 2**20
"""HR pixels of a sample: many enough for its figures, few enough for the dearest network."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The part of a picture that is measured.

    Attributes
    ----------
    hr : ndarray, shape (..., Y, X) or (..., Y, X, 3)
        Cut to a multiple of the scale; without alpha.
    start : tuple of int
        Where it begins on each axis of the picture but colour.
    description : str
        How much of the picture it is.
    """

    hr: NDArray[Any]
    start: tuple[int, ...]
    description: str


def take_sample(image: Any, scale: int, *, rgb: bool) -> Sample:
    """Read the middle of a picture, and nothing else of a lazy array.

    Parameters
    ----------
    image : ndarray, or a dask or Zarr array, shape (..., Y, X) or (..., Y, X, 3 or 4)
    scale : int
    rgb : bool
        Whether the last axis is colour.

    Raises
    ------
    ValueError
        If it is no picture, too small to be shrunk and measured, or has a single value.
    """
    axes = image.shape[:-1] if rgb else image.shape
    if len(axes) < 2:
        check_picture(np.asarray(image), rgb=rgb)
    place = middle(axes)
    hr = np.asarray(image[place])
    check_picture(hr, rgb=rgb)
    part = hr.shape[: len(axes)]
    rows, columns = (length - length % scale for length in part[-2:])
    least = -(-(SSIM_WINDOW + 2 * scale) // scale) * scale
    if min(rows, columns) < least:
        raise ValueError(
            f"The picture has {axes[-2]} x {axes[-1]} pixels, and a self-test x{scale} needs "
            f"{least} x {least}: choose a larger one, or a smaller scale."
        )
    cut = (*(slice(length) for length in part[:-2]), slice(rows), slice(columns))
    hr = hr[(*cut, slice(3))] if rgb else hr[cut]
    if hr.min() == hr.max():
        raise ValueError(
            "The picture has the same value everywhere, so there is nothing to restore: choose "
            "another one."
        )
    return Sample(hr, tuple(each.start for each in place), describe_sample(axes, part))


def middle(shape: tuple[int, ...], pixels: int = PIXELS) -> tuple[slice, ...]:
    """Find the middle of a stack of planes, of about so many pixels.

    Whole planes if they are small enough, else their middle; as many planes as there is room for,
    around the middle of the axis before Y, at the middle of those before it.

    Parameters
    ----------
    shape : tuple of int, (..., Y, X)
    pixels : int

    Returns
    -------
    tuple of slice
        One an axis.

    Examples
    --------
    >>> middle((9, 40, 50), pixels=4000)
    (slice(3, 5, None), slice(0, 40, None), slice(0, 50, None))
    >>> middle((2, 9, 300, 50), pixels=5000)
    (slice(0, 1, None), slice(4, 5, None), slice(100, 200, None), slice(0, 50, None))
    """
    *lead, height, width = shape
    rows = min(height, isqrt(pixels))
    columns = min(width, max(pixels // max(rows, 1), 1))
    rows = min(height, max(pixels // max(columns, 1), 1))
    planes = [1] * len(lead)
    if lead:
        planes[-1] = min(lead[-1], max(pixels // max(rows * columns, 1), 1))
    sizes = (*planes, rows, columns)
    starts = [(length - size) // 2 for length, size in zip(shape, sizes, strict=True)]
    return tuple(slice(start, start + size) for start, size in zip(starts, sizes, strict=True))


def describe_sample(shape: tuple[int, ...], part: tuple[int, ...]) -> str:
    """Say how much of a stack of planes was measured.

    Parameters
    ----------
    shape, part : tuple of int, (..., Y, X)

    Examples
    --------
    >>> describe_sample((300, 400), (300, 400))
    '300 x 400 pixels'
    >>> describe_sample((20, 4000, 3000), (1, 1024, 1024))
    'the middle plane of 20, the middle 1024 x 1024 of 4000 x 3000 pixels'
    """
    planes, measured = prod(shape[:-2]), prod(part[:-2])
    whole, inside = (f"{size[-2]} x {size[-1]}" for size in (shape, part))
    text = f"{whole} pixels" if inside == whole else f"the middle {inside} of {whole} pixels"
    if planes == 1:
        return text
    if measured == planes:
        return f"{planes} planes, {text}"
    return f"the middle {'plane' if measured == 1 else f'{measured} planes'} of {planes}, {text}"
