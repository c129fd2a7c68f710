"""PSNR and SSIM with an explicit data range, as the literature defines them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SSIM_WINDOW = 11


def psnr(
    reference: NDArray[Any], image: NDArray[Any], *, data_range: float, shave: int = 0
) -> float:
    """Peak signal-to-noise ratio in dB.

    Parameters
    ----------
    reference, image : ndarray, shape (Y, X) or (Y, X, C)
        The mean squared error goes over all channels.
    data_range : float
        Distance between the lowest and the highest possible value, above 0.
    shave : int
        Width in pixels of the border that is left out.

    Returns
    -------
    float
        Infinity for equal pictures.

    Raises
    ------
    ValueError
        If the shapes differ, ``data_range`` is not above 0, ``shave`` is below 0 or nothing is left
        inside the border.

    Examples
    --------
    >>> import numpy as np
    >>> black, grey = np.zeros((8, 8)), np.full((8, 8), 25.5)
    >>> round(psnr(black, grey, data_range=255), 6)
    20.0
    """
    reference, image = _prepare(reference, image, data_range, shave)
    if np.array_equal(reference, image):
        return float("inf")
    # Half a second: it comes with scipy.stats, and a widget that is opened needs neither.
    from skimage.metrics import peak_signal_noise_ratio

    return float(peak_signal_noise_ratio(reference, image, data_range=data_range))


def ssim(
    reference: NDArray[Any], image: NDArray[Any], *, data_range: float, shave: int = 0
) -> float:
    """Mean structural similarity with the Gaussian window of the original paper.

    Parameters
    ----------
    reference, image : ndarray, shape (Y, X) or (Y, X, C)
        The mean goes over all channels.
    data_range : float
        Distance between the lowest and the highest possible value, above 0.
    shave : int
        Width in pixels of the border that is left out.

    Returns
    -------
    float
        1 for equal pictures.

    Raises
    ------
    ValueError
        As :func:`psnr`, and if less than the window of 11 pixels is left on an axis.

    References
    ----------
    Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004:
    11 x 11 Gaussian window of sigma 1.5, population covariance.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.arange(256.0).reshape(16, 16)
    >>> ssim(picture, picture, data_range=255)
    1.0
    """
    reference, image = _prepare(reference, image, data_range, shave)
    if min(reference.shape[:2]) < SSIM_WINDOW:
        raise ValueError(
            f"SSIM needs at least {SSIM_WINDOW} x {SSIM_WINDOW} pixels; "
            f"{reference.shape[0]} x {reference.shape[1]} are left here."
        )
    from skimage.metrics import structural_similarity

    return float(
        structural_similarity(
            reference,
            image,
            data_range=data_range,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            channel_axis=2 if reference.ndim == 3 else None,
        )
    )


def _prepare(
    reference: NDArray[Any], image: NDArray[Any], data_range: float, shave: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if reference.shape != image.shape:
        raise ValueError(
            f"Two pictures can be compared only when they have the same shape; these have "
            f"{reference.shape} and {image.shape}."
        )
    if not data_range > 0:
        raise ValueError(f"The data range must be above 0, not {data_range}.")
    if shave < 0:
        raise ValueError(f"The border to leave out must be 0 pixels or wider, not {shave}.")
    if min(reference.shape[:2]) <= 2 * shave:
        raise ValueError(
            f"Nothing is left of {reference.shape[0]} x {reference.shape[1]} pixels inside a "
            f"border of {shave}."
        )
    inside = slice(shave, -shave or None)
    return (
        reference[inside, inside].astype(np.float64),
        image[inside, inside].astype(np.float64),
    )
