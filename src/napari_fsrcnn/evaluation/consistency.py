"""Whether an enlarged picture still shows what was there: its exact downscale against the input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.evaluation.compare import Channels, as_planes
from napari_fsrcnn.evaluation.sample import describe_sample, places
from napari_fsrcnn.files.axes import ome_order
from napari_fsrcnn.files.ome_zarr import open_ome_zarr
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.image.layout import guess_rgb
from napari_fsrcnn.image.metrics import psnr
from napari_fsrcnn.image.read import read
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import find_value_range

_PIXELS = 2**22
"""HR pixels that are measured: all of most pictures, in a part of the time that upscaling takes."""

# An LR pixel is made of HR pixels up to one and a half LR pixels beyond its own edge.
_REACH = 2


def shrink(image: NDArray[Any], scale: int, *, rgb: bool) -> NDArray[np.floating[Any]]:
    """Shrink a picture or a stack by MATLAB's antialiased bicubic, not rounded.

    Parameters
    ----------
    image : ndarray, shape (..., Y, X) or (..., Y, X, C)
    scale : int
    rgb : bool
        Whether the last axis is colour.

    Examples
    --------
    >>> shrink(np.zeros((5, 12, 18, 3), np.uint8), 3, rgb=True).shape
    (5, 4, 6, 3)
    """
    if not rgb:
        return imresize(image, 1 / scale)
    return np.moveaxis(imresize(np.moveaxis(image, -1, 0), 1 / scale), 0, -1)


@dataclass(frozen=True)
class Consistency:
    """How well a result agrees with what it was made from.

    Attributes
    ----------
    psnr : float
        Of the shrunk result, in dB, with the span of LR's value range as ``data_range``; infinity
        where they agree.
    part : str
        How much of LR was compared; empty for all of it.
    """

    psnr: float
    part: str

    def sentence(self, source: str) -> str:
        """Say it to a person.

        Examples
        --------
        >>> Consistency(48.263, "").sentence("cells.tif")
        'Shrunk again, it agrees with cells.tif to 48.26 dB.'
        >>> Consistency(math.inf, "the middle plane of 20, 90 x 80 pixels").sentence("the layer")
        'Shrunk again, it agrees with the layer to ∞ dB (the middle plane of 20, 90 x 80 pixels).'
        """
        number = f"{self.psnr:.2f}" if math.isfinite(self.psnr) else "∞"
        part = f" ({self.part})" if self.part else ""
        return f"Shrunk again, it agrees with {source} to {number} dB{part}."


def consistency(
    lr: Any,
    result: Any,
    scale: int,
    *,
    rgb: bool | None = None,
    channels: Channels = "luma",
    pixels: int = _PIXELS,
) -> Consistency:
    """Shrink a result exactly, and compare it with the picture that it was made from.

    It says nothing of the detail that was added, but shows a result that contradicts its input. Of
    a large picture or stack the middle is measured, or where that is empty another part
    (:func:`napari_fsrcnn.evaluation.sample.places`); nothing else is read of a lazy one.

    Parameters
    ----------
    lr : array_like, or a dask or Zarr array, shape (..., Y, X) or (..., Y, X, 3 or 4)
    result : the same, shape (..., scale * Y, scale * X) or (..., scale * Y, scale * X, 3 or 4)
    scale : int
    rgb : bool, optional
        As for :func:`napari_fsrcnn.upscale`. Alpha does not count.
    channels : {"luma", "all"}
        Of colour images, compare Y, or red, green and blue.
    pixels : int
        So many HR pixels are measured at most; about four million by default.

    Raises
    ------
    ValueError
        If the result has not ``scale`` times LR's size.

    Examples
    --------
    >>> lr = np.arange(64, dtype=np.uint8).reshape(8, 8)
    >>> consistency(lr, np.kron(lr, np.ones((2, 2), np.uint8)), 2).sentence("it")
    'Shrunk again, it agrees with it to 63.05 dB.'
    """
    rgb = guess_rgb(lr.shape) if rgb is None else rgb
    axes = lr.shape[:-1] if rgb else lr.shape
    expected = (*axes[:-2], scale * axes[-2], scale * axes[-1], *lr.shape[len(axes) :])
    if result.shape != expected:
        raise ValueError(
            f"A result x{scale} of an image of shape {lr.shape} has the shape {expected}, "
            f"not {result.shape}."
        )
    place, lr = _take_part(lr, axes, max(pixels // scale**2, 1))
    *planes, rows, columns = place
    enlarged = (slice(scale * each.start, scale * each.stop) for each in (rows, columns))
    result = read(result[(*planes, *enlarged)])
    if rgb:
        lr, result = lr[..., :3], result[..., :3]
    shrunk = shrink(result, scale, rgb=rgb)
    span = find_value_range(lr).span or 1.0
    # Where the sample is cut, its own edge is not the picture's.
    inside = [
        slice(_REACH, -_REACH) if each.stop - each.start < length else slice(None)
        for each, length in zip((rows, columns), axes[-2:], strict=True)
    ]
    pair = [
        as_planes(image.astype(np.float64), span, rgb=rgb, channels=channels)[(..., *inside)]
        for image in (lr, shrunk)
    ]
    found = psnr(*(planes.reshape(-1, planes.shape[-1]) for planes in pair), data_range=span)
    whole = all(each.stop - each.start == length for each, length in zip(place, axes, strict=True))
    return Consistency(found, "" if whole else describe_sample(axes, place))


def _take_part(
    lr: Any, axes: tuple[int, ...], pixels: int
) -> tuple[tuple[slice, ...], NDArray[Any]]:
    """Read the first place at which not all is one value; if there is none, the last."""
    for place in places(axes, pixels):
        part = read(lr[place])
        if part.min() != part.max():
            break
    return place, part


def zarr_consistency(
    picture: OpenPicture, result: Path, scale: int, *, channels: Channels = "luma"
) -> Consistency:
    """Shrink a result that lies in OME-Zarr, and compare it with the picture it was made from.

    Parameters
    ----------
    picture : OpenPicture
    result : Path
        The folder that :func:`napari_fsrcnn.inference.stream.upscale_to_zarr` wrote.
    scale, channels
        As for :func:`consistency`.

    Raises
    ------
    ValueError
        As :func:`consistency`, or if the folder holds no OME-Zarr image.
    """
    import dask.array as da

    stored = da.from_array(open_ome_zarr(result).array)
    order = ome_order(picture.axes)
    enlarged = da.moveaxis(stored, range(len(order)), order)
    return consistency(picture.data, enlarged, scale, rgb=picture.rgb, channels=channels)
