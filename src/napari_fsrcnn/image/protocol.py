"""How the literature measures super-resolution, so that figures can be compared with it.

Y of BT.601 rounded to whole levels, HR cut to a multiple of the scale, LR by MATLAB's bicubic and
kept in double, every result rounded to whole levels before PSNR and SSIM, a border of ``scale``
pixels left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.colour import rgb2ycbcr
from napari_fsrcnn.image.resize import imresize

LEVELS = 255.0


def luma(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Y of a picture in whole levels, as the literature's test images are read.

    Parameters
    ----------
    picture : ndarray of uint8, shape (Y, X) or (Y, X, 3 or 4)
        Grey pictures are their own Y; alpha is left out.

    Returns
    -------
    ndarray of float64, shape (Y, X)
        Whole numbers, 0..255 for grey and 16..235 for colour.

    Examples
    --------
    >>> import numpy as np
    >>> luma(np.full((1, 1, 3), 255, np.uint8))
    array([[235.]])
    """
    if picture.ndim == 2:
        return picture.astype(np.float64)
    y = rgb2ycbcr(picture[..., :3] / LEVELS)[..., 0]
    return to_levels(y)


def to_levels(unit: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Map [0, 1] to whole levels 0..255: clipped, then rounded half away from zero.

    Examples
    --------
    >>> import numpy as np
    >>> to_levels(np.array([-0.2, 0.5 / 255, 1.3])).tolist()
    [0.0, 1.0, 255.0]
    """
    return np.floor(np.clip(unit.astype(np.float64) * LEVELS, 0, LEVELS) + 0.5)


def crop_to_multiple(image: NDArray[Any], scale: int) -> NDArray[Any]:
    """Cut the last two axes at their end to a multiple of ``scale``.

    Raises
    ------
    ValueError
        If the picture is smaller than ``scale``.

    Examples
    --------
    >>> import numpy as np
    >>> crop_to_multiple(np.zeros((321, 481)), 3).shape
    (321, 480)
    """
    height, width = (length - length % scale for length in image.shape[-2:])
    if height == 0 or width == 0:
        raise ValueError(
            f"A picture of {image.shape[-2]} x {image.shape[-1]} pixels is too small to be shrunk "
            f"by {scale}."
        )
    return image[..., :height, :width]


def make_lr(hr: NDArray[Any], scale: int) -> NDArray[np.floating[Any]]:
    """LR of an HR plane by the protocol: MATLAB's antialiased bicubic, not rounded.

    Parameters
    ----------
    hr : ndarray, shape (..., Y, X)
        Cut to a multiple of ``scale`` (:func:`crop_to_multiple`).
    scale : int

    Returns
    -------
    ndarray of float, shape (..., Y / scale, X / scale)
    """
    return imresize(hr, 1 / scale)
