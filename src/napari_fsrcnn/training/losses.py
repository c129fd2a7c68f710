"""Pixel losses."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from napari_fsrcnn.training.config import Loss

MSE_FROM = 0.9
"""Part of the schedule after which ``l1-mse`` turns from L1 to MSE, which PSNR is made of."""


def pixel_loss(loss: Loss, progress: float, output: Tensor, target: Tensor) -> Tensor:
    """Mean loss over all pixels.

    Parameters
    ----------
    loss : {"l1-mse", "l1", "mse"}
    progress : float
        Part of the schedule that is done, in [0, 1].
    output, target : Tensor of equal shape

    Returns
    -------
    Tensor, shape ()
    """
    if loss == "mse" or (loss == "l1-mse" and progress >= MSE_FROM):
        return functional.mse_loss(output, target)
    return functional.l1_loss(output, target)
