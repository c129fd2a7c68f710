"""What training makes small."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from napari_fsrcnn.training.config import Loss, TrainingConfig

MSE_FROM = 0.9
"""Part of the schedule after which ``l1-mse`` turns from L1 to MSE, which PSNR is made of."""

SMALLEST = 1e-3
"""RMSE, in [0, 1], below which a patch's root is rounded off: PSNR gains nothing there."""

CHARBONNIER = 1e-3
"""Difference, in [0, 1], below which Charbonnier's loss is a square and above which a distance."""

LossFunction = Callable[[float, Tensor, Tensor, Tensor], Tensor]
"""Maps progress in [0, 1], output, target and what pixels count to a mean loss, shape ()."""


def training_loss(config: TrainingConfig, device: torch.device) -> LossFunction:
    """Make the loss of a run.

    ``mse-perceptual`` is the MSE of the pixels plus ``vgg_weight`` times the MSE of VGG features.
    In a margin, which does not count, VGG sees the target; so with one the features weigh less.

    Raises
    ------
    ValueError, OSError
        If the perceptual loss is chosen and its weights can't be had.
    """
    if config.loss != "mse-perceptual":
        return partial(pixel_loss, config.loss)
    from napari_fsrcnn.training.perceptual import perceptual_loss

    features = perceptual_loss(config.vgg, config.vgg_layer, config.vgg_file, device)

    def loss(progress: float, output: Tensor, target: Tensor, counts: Tensor) -> Tensor:
        perceptual: Tensor = features(torch.where(counts > 0, output, target), target)
        pixels = pixel_loss("mse", progress, output, target, counts)
        return pixels + config.vgg_weight * perceptual

    return loss


def pixel_loss(
    loss: Loss, progress: float, output: Tensor, target: Tensor, counts: Tensor
) -> Tensor:
    """Mean loss over the pixels that count.

    Parameters
    ----------
    loss : {"rmse", "l1-mse", "l1", "mse", "charbonnier"}
        ``rmse`` is the mean of the patches' roots: PSNR is a mean over pictures of the logarithm,
        and in the mean squared error the patches that nothing can restore outweigh all others.
    progress : float
        Part of the schedule that is done, in [0, 1].
    output, target, counts : Tensor of equal shape
        The first axis counts patches; ``counts`` says what each pixel counts, with a mean of 1.

    Returns
    -------
    Tensor, shape ()

    References
    ----------
    Charbonnier: Lai et al., "Deep Laplacian pyramid networks", arXiv 1704.03915, section 3.3.
    """
    difference = output - target
    if loss == "mse" or (loss == "l1-mse" and progress >= MSE_FROM):
        return (difference.square() * counts).mean()
    if loss == "rmse":
        squared = (difference.square() * counts).mean(dim=tuple(range(1, output.dim())))
        return (squared + SMALLEST**2).sqrt().mean()
    if loss == "charbonnier":
        return ((difference.square() + CHARBONNIER**2).sqrt() * counts).mean()
    return (difference.abs() * counts).mean()
