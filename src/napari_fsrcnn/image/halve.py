"""Pictures at half the size, as the levels of a pyramid to look at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.value_range import ValueRange, from_unit

_AS_IS = ValueRange(0.0, 1.0)


def halve(image: NDArray[Any]) -> NDArray[Any]:
    """Take the mean of each 2 x 2 pixels; at an odd edge, of those that there are.

    Parameters
    ----------
    image : ndarray, shape (..., Y, X)

    Returns
    -------
    ndarray, shape (..., ceil(Y / 2), ceil(X / 2))
        In the image's dtype; integers rounded.

    Examples
    --------
    >>> halve(np.array([[0, 2, 7], [4, 6, 9]], np.uint8)).tolist()
    [[3, 8]]
    """
    height, width = image.shape[-2:]
    edges = [(0, 0)] * (image.ndim - 2) + [(0, height % 2), (0, width % 2)]
    even = np.pad(image, edges, mode="edge") if height % 2 or width % 2 else image
    total = np.zeros(even[..., ::2, ::2].shape, np.float32 if image.dtype.itemsize <= 2 else float)
    for y, x in np.ndindex(2, 2):
        total += even[..., y::2, x::2]
    return from_unit(total / 4, _AS_IS, image.dtype.newbyteorder("="))


def halved_shapes(shape: tuple[int, ...], smallest: int) -> list[tuple[int, ...]]:
    """Shapes of a pyramid's levels, from ``shape`` until Y and X are no longer than ``smallest``.

    Examples
    --------
    >>> halved_shapes((3, 40, 25), 16)
    [(3, 40, 25), (3, 20, 13), (3, 10, 7)]
    """
    shapes = [shape]
    while max(shapes[-1][-2:]) > smallest:
        *lead, height, width = shapes[-1]
        shapes.append((*lead, -(-height // 2), -(-width // 2)))
    return shapes
