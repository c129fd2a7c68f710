"""Which axes of an array are which, and which arrays are pictures at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def guess_rgb(shape: tuple[int, ...]) -> bool:
    """Guess whether the last axis is colour, as napari does.

    It is when it has 3 or 4 values and the two axes before it are over 30 pixels long.

    Examples
    --------
    >>> guess_rgb((64, 64, 3)), guess_rgb((64, 64)), guess_rgb((5, 20, 4))
    (True, False, False)
    """
    return len(shape) >= 3 and shape[-1] in (3, 4) and min(shape[-3:-1]) > 30


def check_picture(image: NDArray[Any], *, rgb: bool) -> None:
    """Refuse arrays that are not pictures.

    Parameters
    ----------
    image : ndarray
    rgb : bool
        Whether the last axis is colour.

    Raises
    ------
    ValueError
        As :func:`check_layout`, or if a value is NaN or infinite.
    """
    check_layout(image.shape, image.dtype, rgb=rgb)
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise ValueError(
            "The image contains NaN or infinity. Replace these values first, for example with "
            "numpy.nan_to_num."
        )


def check_layout(shape: tuple[int, ...], dtype: np.dtype[Any], *, rgb: bool) -> None:
    """Refuse what can be no picture, whatever its values: they need not be read.

    Raises
    ------
    ValueError
        If the dtype is not bool, integer or float, an axis is missing, empty or, in dask, of unknown
        length, or a colour axis has not 3 or 4 values.
    """
    if dtype.kind not in "buif":
        raise ValueError(
            f"The image has the data type {dtype}; only bool, integer and float images can "
            f"be used. Convert it first (of a complex image, for example, the magnitude)."
        )
    needed = 3 if rgb else 2
    if len(shape) < needed:
        raise ValueError(
            f"The image needs at least {needed} axes ({'Y, X, colour' if rgb else 'Y, X'}); "
            f"its shape is {shape}."
        )
    if any(math.isnan(length) for length in shape):
        raise ValueError(
            f"The size of the image is not known yet; its shape is {shape}. It is a dask array: "
            f"call its compute_chunk_sizes() first."
        )
    if 0 in shape:
        raise ValueError(f"The image is empty: its shape is {shape}.")
    if rgb and shape[-1] not in (3, 4):
        raise ValueError(
            f"A colour image needs 3 or 4 values on its last axis; its shape is {shape}."
        )
