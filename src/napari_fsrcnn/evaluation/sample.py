"""A part of a picture or stack: enough to measure, and never too much to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from math import isqrt, prod
from typing import Any

from numpy.typing import NDArray

from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.image.metrics import SSIM_WINDOW
from napari_fsrcnn.image.read import read

PIXELS = 2**20
"""HR pixels of a sample: many enough for its figures, few enough for the dearest network."""

_MOST_PARTS = 20  # that are looked at: each may take seconds to read


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
    """Read the middle of a picture, or where that is empty another part.

    These are its edges and corners, then the middles of the first and the last plane of each stack
    axis: 20 parts at most, one after the other. Nothing else is read of a lazy array.

    Parameters
    ----------
    image : ndarray, or a dask or Zarr array, shape (..., Y, X) or (..., Y, X, 3 or 4)
    scale : int
    rgb : bool
        Whether the last axis is colour.

    Raises
    ------
    ValueError
        If it is no picture, too small to be shrunk and measured, or has a single value in
        all parts that are looked at.
    """
    axes = image.shape[:-1] if rgb else image.shape
    if len(axes) < 2:
        check_picture(read(image), rgb=rgb)
    for place in places(axes):
        hr = read(image[place])
        check_picture(hr, rgb=rgb)
        hr = _cut(hr, scale, axes, rgb=rgb)
        if hr.min() != hr.max():
            start = tuple(each.start for each in place)
            return Sample(hr, start, describe_sample(axes, place))
    raise ValueError(
        "The picture has the same value everywhere that a self-test looks, so there is nothing to "
        "restore: choose another one."
    )


def places(shape: tuple[int, ...], pixels: int = PIXELS) -> Iterator[tuple[slice, ...]]:
    """Give the middle and places of its size: around it in Y and X, then along each stack axis.

    20 at most; a stack that is small enough is one of them as a whole.

    Parameters
    ----------
    shape : tuple of int, (..., Y, X)
    pixels : int
        As for :func:`middle`.

    Examples
    --------
    >>> next(places((300, 400)))
    (slice(0, 300, None), slice(0, 400, None))
    """
    first = middle(shape, pixels)
    sizes = [each.stop - each.start for each in first]
    centre = tuple(each.start for each in first)
    ends = [(0, length - size) for length, size in zip(shape, sizes, strict=True)]
    around = product(*((at, *outer) for at, outer in zip(centre[-2:], ends[-2:], strict=True)))
    starts = [(*centre[:-2], *place) for place in around]
    starts += [
        (*centre[:axis], end, *centre[axis + 1 :])
        for axis in range(len(shape) - 2)
        for end in ends[axis]
    ]
    for start in islice(dict.fromkeys(starts), _MOST_PARTS):
        yield tuple(slice(at, at + size) for at, size in zip(start, sizes, strict=True))


def _cut(hr: NDArray[Any], scale: int, axes: tuple[int, ...], *, rgb: bool) -> NDArray[Any]:
    """Cut a part of a picture of the length ``axes`` to a multiple of the scale; without alpha."""
    rows, columns = (length - length % scale for length in hr.shape[len(axes) - 2 : len(axes)])
    least = -(-(SSIM_WINDOW + 2 * scale) // scale) * scale
    if min(rows, columns) < least:
        raise ValueError(
            f"The picture has {axes[-2]} x {axes[-1]} pixels, and a self-test x{scale} needs "
            f"{least} x {least}: choose a larger one, or a smaller scale."
        )
    return hr[..., :rows, :columns, :3] if rgb else hr[..., :rows, :columns]


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


def describe_sample(shape: tuple[int, ...], place: tuple[slice, ...]) -> str:
    """Say how much of a stack of planes was measured.

    Parameters
    ----------
    shape : tuple of int, (..., Y, X)
    place : tuple of slice
        One an axis.

    Examples
    --------
    >>> describe_sample((300, 400), middle((300, 400)))
    '300 x 400 pixels'
    >>> describe_sample((20, 4000, 3000), middle((20, 4000, 3000)))
    'the middle plane of 20, the middle 1024 x 1024 of 4000 x 3000 pixels'
    >>> describe_sample((4000, 3000), (slice(0, 1024), slice(0, 1024)))
    'an outer 1024 x 1024 of 4000 x 3000 pixels'
    """
    part = tuple(each.stop - each.start for each in place)
    which, where = (
        "the middle" if _is_central(shape[axes], place[axes]) else "an outer"
        for axes in (slice(-2), slice(-2, None))
    )
    planes, measured = prod(shape[:-2]), prod(part[:-2])
    whole, inside = (f"{size[-2]} x {size[-1]}" for size in (shape, part))
    text = f"{whole} pixels" if inside == whole else f"{where} {inside} of {whole} pixels"
    if planes == 1:
        return text
    if measured == planes:
        return f"{planes} planes, {text}"
    return f"{which} {'plane' if measured == 1 else f'{measured} planes'} of {planes}, {text}"


def _is_central(shape: tuple[int, ...], place: tuple[slice, ...]) -> bool:
    return all(
        abs(length - each.stop - each.start) <= 1 for length, each in zip(shape, place, strict=True)
    )
