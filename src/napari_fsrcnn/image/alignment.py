"""How far LR is shifted against HR: pairs that do not lie on each other teach a network to blur."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.protocol import crop_to_multiple, make_lr

# Below this correlation nothing that the two planes share stands out, and no shift can be told.
_SHARED = 0.3


class Shift(NamedTuple):
    """Where LR lies against HR, in LR pixels, downwards and to the right."""

    y: float
    x: float

    @property
    def length(self) -> float:
        """Distance in LR pixels."""
        return float(np.hypot(self.y, self.x))


def find_shift(hr: NDArray[Any], lr: NDArray[Any], scale: int) -> Shift | None:
    """Find the shift of LR against HR, shrunk by MATLAB's bicubic, from their cross-correlation.

    Parameters
    ----------
    hr : ndarray, shape (scale * Y, scale * X)
    lr : ndarray, shape (Y, X)
    scale : int

    Returns
    -------
    Shift or None
        In steps of a twentieth of an LR pixel; a long shift comes out some per cent short, the more
        the smoother the picture. None where the planes have nothing in common that shows it (empty
        ones, noise alone, or two different pictures).

    Examples
    --------
    >>> disc = np.hypot(*np.mgrid[-40:40, -40:40]) < 15.0
    >>> y, x = find_shift(np.roll(disc, 8, axis=1), make_lr(disc, 2), 2)
    >>> round(y), round(x)
    (0, -4)
    """
    from scipy.ndimage import shift as shifted
    from skimage.filters import window
    from skimage.registration import phase_cross_correlation

    made = make_lr(crop_to_multiple(hr, scale), scale)
    # Towards the border both fade, so that the border itself is no structure that they share.
    fade = window("hann", made.shape)
    planes = [(plane - plane.mean()) * fade for plane in (made, lr.astype(np.float64))]
    if min(plane.std() for plane in planes) == 0:
        return None
    back, *_ = phase_cross_correlation(*planes, upsample_factor=20, normalization=None)
    laid_back = shifted(planes[1], back, order=1)
    if laid_back.std() == 0 or np.corrcoef(planes[0].flat, laid_back.flat)[0, 1] < _SHARED:
        return None
    return Shift(*(float(each) for each in -back))
