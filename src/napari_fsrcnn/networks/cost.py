"""How much a network weighs and computes, counted as the papers do."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from napari_fsrcnn.networks.kernels import kernel_weights
from napari_fsrcnn.networks.network import Network, as_module

_SIDE = 16
"""LR pixels of the square that is counted on."""


def count_weights(network: Network) -> int:
    """Count the weights of the convolutions.

    Examples
    --------
    >>> from napari_fsrcnn.networks.registry import get_architecture
    >>> count_weights(get_architecture("fsrcnn").build(3))
    12464
    """
    return kernel_weights(each.shape for each in as_module(network).parameters())


def multiply_adds(network: Network) -> int:
    """Count the multiplications by those weights, for each LR pixel.

    A convolution multiplies by each weight once for each pixel of its maps, a deconvolution once
    for each pixel that it is given. SRCNN's bicubic enlargement, which has no weights, is not
    counted.

    Examples
    --------
    >>> from napari_fsrcnn.networks.registry import get_architecture
    >>> multiply_adds(get_architecture("srcnn-915").build(2))
    32128
    """
    counts = []

    def count(layer: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        pixels = min(maps.shape[-2:].numel() for maps in (given[0], output))
        weights = kernel_weights(each.shape for each in layer.parameters(recurse=False))
        counts.append(weights * pixels)

    module = as_module(network)
    handles = [layer.register_forward_hook(count) for layer in module.modules()]
    try:
        with torch.inference_mode():
            module(torch.zeros(1, 1, _SIDE, _SIDE))
    finally:
        for handle in handles:
            handle.remove()
    return sum(counts) // _SIDE**2
