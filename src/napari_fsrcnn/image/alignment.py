"""Whether LR shows what HR shows, and how far it is shifted against it.

Pairs that do not lie on each other teach a network to blur, and two different pictures nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.protocol import crop_to_multiple, make_lr

# Below this correlation nothing that the two planes share stands out, and no shift can be told.
_SHARED = 0.3
# Sigmas in LR pixels: what is smaller is mostly noise, what is larger mostly light and shade, in
# which unrelated photographs are alike.
_STRUCTURE = (2.0, 8.0)
# Part of the variance below the larger sigma: white noise has 0.02, a smoothed one 0.1, photographs
# 0.17 to 0.5.
_TEXTURED = 0.15


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


def correlate_structures(hr: NDArray[Any], lr: NDArray[Any], scale: int) -> float | None:
    """Correlate LR and HR, shrunk by MATLAB's bicubic, in what is neither noise nor shading.

    Of BSD-100's pairs it is 1, with as much noise added as there is signal 0.6 or more, shifted by
    3 LR pixels 0.5 or more; of two of its photographs -0.2 to 0.25.

    Parameters
    ----------
    hr : ndarray, shape (scale * Y, scale * X)
    lr : ndarray, shape (Y, X)
    scale : int

    Returns
    -------
    float or None
        -1 to 1. None where one of the planes shows nothing, or little beside noise.

    Examples
    --------
    >>> disc = np.hypot(*np.mgrid[-40:40, -40:40]) < 15.0
    >>> lr = make_lr(disc, 2)
    >>> [round(correlate_structures(disc, each, 2), 2) for each in (lr, 1 - lr)]
    [1.0, -1.0]
    """
    ours, theirs = (_find_structures(each) for each in (make_lr(hr, scale), lr.astype(np.float64)))
    if ours is None or theirs is None:
        return None
    return float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])


def _find_structures(plane: NDArray[Any]) -> NDArray[Any] | None:
    from scipy.ndimage import gaussian_filter

    smooth, shade = (gaussian_filter(plane, sigma) for sigma in _STRUCTURE)
    structures = smooth - shade
    textured = structures.var() > _TEXTURED * (plane - shade).var()
    return structures if textured else None
