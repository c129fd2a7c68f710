"""RGB to YCbCr by ITU-R BT.601, as MATLAB's ``rgb2ycbcr`` does, and the way back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floating = NDArray[np.floating[Any]]

FROM_RGB = (
    np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
    / 255
)
OFFSET = np.array([16.0, 128.0, 128.0]) / 255
TO_RGB = np.linalg.inv(FROM_RGB)


def rgb2ycbcr(rgb: Floating) -> Floating:
    """Convert RGB to studio-swing YCbCr.

    Parameters
    ----------
    rgb : ndarray of float, shape (..., 3)
        Values in [0, 1]; values outside pass through the same linear map.

    Returns
    -------
    ndarray of float, shape (..., 3)
        Y in 16/255..235/255, Cb and Cr in 16/255..240/255, in the input's float dtype.

    References
    ----------
    ITU-R BT.601-7, section 2.5.

    Examples
    --------
    >>> import numpy as np
    >>> (rgb2ycbcr(np.array([1.0, 1.0, 1.0])) * 255).round().tolist()
    [235.0, 128.0, 128.0]
    """
    return rgb @ FROM_RGB.T.astype(rgb.dtype) + OFFSET.astype(rgb.dtype)
