"""Where in a picture one restoration is better than another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.evaluation.compare import Channels, as_planes

# A squared error of this part of the squared data range is what 8 bits can't show: it keeps the
# gain at 0 where both are as good as perfect.
_INVISIBLE = 1 / (12 * 255**2)


def region_gain(
    hr: NDArray[Any],
    image: NDArray[Any],
    baseline: NDArray[Any],
    *,
    rgb: bool,
    channels: Channels,
    data_range: float,
    window: int,
) -> NDArray[np.float32]:
    """By how many dB an image is nearer to HR than its baseline, around each pixel.

    Parameters
    ----------
    hr, image, baseline : ndarray, shape (..., Y, X) or (..., Y, X, 3)
        Of one shape.
    rgb : bool
        Whether the last axis is colour.
    channels : {"luma", "all"}
        Of colour, whether Y counts or all three.
    data_range : float
        Span of HR's values.
    window : int
        Pixels; each squared error is the mean over a square of this width around the pixel.

    Returns
    -------
    ndarray of float32, shape (..., Y, X)
        ``10 log10((MSE of the baseline + q) / (MSE of the image + q))``, where q is the error of
        rounding to 8 bits, ``data_range**2 / (12 * 255**2)``.

    Examples
    --------
    >>> hr = np.zeros((4, 8))
    >>> image, baseline = (np.where(np.arange(8) < 4, hr, error) for error in (20.0, 2.0))
    >>> how = {"rgb": False, "channels": "all", "data_range": 255, "window": 1}
    >>> region_gain(hr, image, baseline, **how)[0].round().tolist()
    [0.0, 0.0, 0.0, 0.0, -20.0, -20.0, -20.0, -20.0]
    """
    from scipy.ndimage import uniform_filter

    exact, *restored = (
        as_planes(picture, data_range, rgb=rgb, channels=channels).astype(np.float64)
        for picture in (hr, image, baseline)
    )
    errors = []
    for planes in restored:
        squared = np.square((planes - exact) / data_range)
        if rgb and channels == "all":
            squared = squared.mean(axis=0)
        size = (*[1] * (squared.ndim - 2), window, window)
        # The filter's running sums may end a rounding error below 0.
        errors.append(np.maximum(uniform_filter(squared, size), 0) + _INVISIBLE)
    better, worse = errors
    gained: NDArray[np.float64] = 10 * np.log10(worse / better)
    return gained.astype(np.float32)
