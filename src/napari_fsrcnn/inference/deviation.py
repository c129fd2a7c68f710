"""How far half precision is from single precision, measured on the picture at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.read import read
from napari_fsrcnn.image.sampled_range import sample_value_range
from napari_fsrcnn.inference.prepared import Precision
from napari_fsrcnn.inference.restore import Color
from napari_fsrcnn.inference.upscale import check_value_range, upscale
from napari_fsrcnn.weights.model import Model

_SIDE = 256


def deviation(
    image: Any,
    model: str | Path | Model,
    precision: Precision,
    *,
    rgb: bool,
    value_range: tuple[float, float] | None = None,
    color: Color = "luma",
    device: str = "auto",
) -> float:
    """Upscale the middle of a picture in single precision and in another, and compare.

    Parameters
    ----------
    image, model, rgb, value_range, color, device
        As for :func:`napari_fsrcnn.upscale`. Of a stack the middle plane is taken, of it at most
        256 x 256 LR pixels.
    precision : {"float32", "bf16", "fp16"}

    Returns
    -------
    float
        The largest difference of two values, before they are rounded to the picture's dtype, as a
        part of the value range.

    Raises
    ------
    ValueError
        As :func:`napari_fsrcnn.upscale`.
    """
    limits = (
        sample_value_range(image, rgb=rgb)
        if value_range is None
        else check_value_range(value_range)
    )
    middle = read(image[_middle(image.shape, rgb=rgb)]).astype(np.float32)
    how: dict[str, Any] = {"rgb": rgb, "value_range": limits, "color": color, "device": device}
    exact: NDArray[Any] = upscale(middle, model, **how)
    other: NDArray[Any] = upscale(middle, model, precision=precision, **how)
    return float(np.abs(other - exact).max()) / (limits.span or 1.0)


def deviation_sentence(precision: Precision, found: float) -> str:
    """Say it to a person.

    Examples
    --------
    >>> deviation_sentence("bf16", 0.0021)
    'In the middle of the picture bf16 differs from float32 by at most 0.54 of 255 levels.'
    """
    return (
        f"In the middle of the picture {precision} differs from float32 by at most "
        f"{255 * found:.2f} of 255 levels."
    )


def _middle(shape: tuple[int, ...], *, rgb: bool) -> tuple[int | slice, ...]:
    *stack, height, width = shape[:-1] if rgb else shape
    planes = (length // 2 for length in stack)
    return (*planes, *(_middle_of(length) for length in (height, width)))


def _middle_of(length: int) -> slice:
    start = max(length - _SIDE, 0) // 2
    return slice(start, start + _SIDE)
