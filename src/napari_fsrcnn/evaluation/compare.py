"""PSNR and SSIM between two arrays as they are, a stack's as the mean over its planes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.evaluation.figures import counted
from napari_fsrcnn.image.colour import rgb2ycbcr
from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.image.metrics import psnr, ssim
from napari_fsrcnn.image.protocol import luma
from napari_fsrcnn.image.value_range import find_value_range

if TYPE_CHECKING:
    from napari_fsrcnn.inference.restore import Color

Channels = Literal["luma", "all"]


def channels_of(color: Color) -> Channels:
    """Say on what a colour picture is measured that was upscaled in this way: on what was upscaled.

    Examples
    --------
    >>> channels_of("luma"), channels_of("channels")
    ('luma', 'all')
    """
    return "luma" if color == "luma" else "all"


class ComparisonStopped(RuntimeError):
    """Raised when ``stop`` is set before all planes are measured."""


@dataclass(frozen=True)
class Comparison:
    """How far an image is from its reference.

    Attributes
    ----------
    psnr : float
        In dB; infinity for equal images.
    ssim : float
        In [-1, 1]; 1 for equal images.
    data_range : float
        What both were measured with.
    channels : {"luma", "all"}
        Of colour images: whether Y was measured, or red, green and blue together.
    largest_error : float
        Of any pixel of the planes that count, as a part of the data range.
    left_out : int
        Planes that do not count, because the baseline has no error there.
    """

    psnr: float
    ssim: float
    data_range: float
    channels: Channels
    largest_error: float
    left_out: int = 0


def compare(
    reference: NDArray[Any],
    image: NDArray[Any],
    *,
    rgb: bool,
    baseline: NDArray[Any] | None = None,
    data_range: float | None = None,
    channels: Channels = "luma",
    shave: int = 0,
    progress: Callable[[int, int], None] | None = None,
    stop: threading.Event | None = None,
) -> Comparison:
    """Measure an image against a reference of the same size.

    Parameters
    ----------
    reference, image : ndarray, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Both in one dtype, or both of float dtypes. Alpha is left out.
    rgb : bool
        Whether the last axis is colour.
    baseline : ndarray, optional
        Bicubic's image, which the image is to be better than; of its kind. Planes that it has
        without error do not count (:func:`napari_fsrcnn.evaluation.figures.counted`).
    data_range : float, optional
        By default the span of the reference's value range
        (:func:`napari_fsrcnn.image.value_range.find_value_range`).
    channels : {"luma", "all"}
        Of colour images, measure Y of BT.601 (of uint8 in whole levels, as the literature does) or
        all three channels. Grey images are measured as they are.
    shave : int
        Width in pixels of the border that is left out.
    progress : callable, optional
        Called as ``progress(done, total)`` after each plane.
    stop : threading.Event, optional
        Looked at before each plane.

    Returns
    -------
    Comparison
        Of a stack: the means over its planes, or over those that count.

    Raises
    ------
    ValueError
        If one is no picture, sizes or dtypes differ, the reference has a single value, the data
        range is not above 0, or too little is left inside the border.
    ComparisonStopped
        If ``stop`` was set.

    Examples
    --------
    >>> import numpy as np
    >>> black, grey = np.zeros((16, 16), np.uint8), np.full((16, 16), 51, np.uint8)
    >>> round(compare(black, grey, rgb=False).psnr, 2)
    13.98
    """
    pictures = [*_comparable(reference, image, rgb=rgb)]
    if baseline is not None:
        pictures.append(_comparable(reference, baseline, rgb=rgb)[1])
    reference = pictures[0]
    data_range = _data_range(reference) if data_range is None else data_range
    if data_range <= 0:
        raise ValueError(f"The data range of PSNR and SSIM must be above 0, not {data_range:g}.")
    planes = reference.shape[: -3 if rgb else -2]
    how: dict[str, Any] = {"data_range": data_range, "shave": shave}
    figures, baseline_psnr = [], []
    for plane in np.ndindex(planes):
        if stop is not None and stop.is_set():
            raise ComparisonStopped("The comparison was stopped.")
        measured = [picture[plane] for picture in pictures]
        if rgb and channels == "luma":
            measured = [as_luma(each, data_range) for each in measured]
        exact, restored, *others = measured
        figures.append(
            (
                psnr(exact, restored, **how),
                ssim(exact, restored, **how),
                _largest_error(exact, restored, **how),
            )
        )
        baseline_psnr += [psnr(exact, other, **how) for other in others]
        if progress is not None:
            progress(len(figures), prod(planes))
    counts = counted(baseline_psnr) if baseline_psnr else np.full(len(figures), True)
    measured_psnr, measured_ssim, errors = np.asarray(figures)[counts].T
    return Comparison(
        float(measured_psnr.mean()),
        float(measured_ssim.mean()),
        data_range,
        channels,
        float(errors.max()),
        left_out=len(figures) - int(counts.sum()),
    )


def _largest_error(
    exact: NDArray[Any], restored: NDArray[Any], *, data_range: float, shave: int
) -> float:
    rows, columns = (slice(shave, length - shave) for length in exact.shape[:2])
    difference = restored[rows, columns].astype(np.float64) - exact[rows, columns]
    return float(np.abs(difference).max() / data_range)


def _data_range(reference: NDArray[Any]) -> float:
    span = find_value_range(reference).span
    if span == 0:
        raise ValueError(
            "The reference has the same value everywhere, so PSNR and SSIM have no data range: "
            "choose another reference."
        )
    return span


def _comparable(
    reference: NDArray[Any], image: NDArray[Any], *, rgb: bool
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both images without alpha, or say why they can't be compared.

    Raises
    ------
    ValueError
        As :func:`compare`.
    """
    for picture in (reference, image):
        check_picture(picture, rgb=rgb)
    if rgb:
        reference, image = reference[..., :3], image[..., :3]
    if reference.shape != image.shape:
        raise ValueError(
            f"PSNR and SSIM need two images of one size, but the reference is "
            f"{_size(reference)} and the image {_size(image)}: crop or upscale one of them."
        )
    both_float = reference.dtype.kind == image.dtype.kind == "f"
    if not both_float and reference.dtype.newbyteorder("=") != image.dtype.newbyteorder("="):
        raise ValueError(
            f"PSNR and SSIM need two images of one data type, but the reference is "
            f"{reference.dtype} and the image {image.dtype}: convert one of them."
        )
    return reference, image


def as_planes(
    picture: NDArray[Any], data_range: float, *, rgb: bool, channels: Channels
) -> NDArray[Any]:
    """Turn a picture into the planes that are measured.

    Parameters
    ----------
    picture : ndarray, shape (..., Y, X) or (..., Y, X, 3)
    data_range : float
        Span of its values.
    rgb : bool
        Whether the last axis is colour.
    channels : {"luma", "all"}
        Of colour, Y or all three.

    Returns
    -------
    ndarray, shape (..., Y, X), or (3, ..., Y, X) of all three
    """
    if not rgb:
        return picture
    return as_luma(picture, data_range) if channels == "luma" else np.moveaxis(picture, -1, 0)


def as_luma(picture: NDArray[Any], data_range: float) -> NDArray[np.floating[Any]]:
    """Y of colours ``(..., 3)`` on the scale of their own values; of uint8 in whole levels.

    Examples
    --------
    >>> as_luma(np.full((1, 1, 3), 1000.0), data_range=1000.0).round().tolist()
    [[922.0]]
    """
    if picture.dtype == np.uint8:
        return luma(picture)
    return data_range * rgb2ycbcr(picture.astype(np.float64) / data_range)[..., 0]


def _size(picture: NDArray[Any]) -> str:
    return " x ".join(str(length) for length in picture.shape)
