"""The weights that training starts from, in place of those that torch gives a new layer."""

from __future__ import annotations

import math

import torch
from torch import nn

from napari_fsrcnn.networks.deconvolution import Deconvolution
from napari_fsrcnn.networks.srcnn import SRCNN

PUBLISHED = 0.001
"""Standard deviation of SRCNN's first weights, and of those of FSRCNN's deconvolution."""

Layer = nn.Conv2d | Deconvolution


def layers_of(network: nn.Module) -> list[Layer]:
    """List the layers whose weights are learnt, in the order of the network."""
    return [module for module in network.modules() if isinstance(module, Layer)]


@torch.no_grad()
def start_near_interpolation(network: nn.Module) -> None:
    """Let each layer hand the picture on in its first map, with small random weights beside it.

    Layers of as many maps in as out hand on every map. The network as a whole then starts near
    plain interpolation, and passes bicubic within a few hundred steps. What is random of the
    weights on the picture sums to zero, and so are the biases: a filter that answered to mean
    brightness would be off in every picture, or on.
    """
    for layer in layers_of(network):
        start = torch.zeros_like(layer.weight)
        rows, columns, kernel, _ = start.shape
        # A third of the deviation that keeps the size of what passes through a linear layer.
        deviation = 1 / (3 * math.sqrt(layer.weight[0].numel()))
        if isinstance(layer, Deconvolution):
            start[0, 0] = layer.bilinear_kernel()
            deviation = PUBLISHED
        elif rows == columns:
            nn.init.dirac_(start)
        else:
            start[0, 0, kernel // 2, kernel // 2] = 1
        random = deviation * torch.randn_like(start)
        random[:, 0] -= random[:, 0].mean((1, 2), keepdim=True)
        layer.weight.copy_(start + random)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def start_as_published(network: nn.Module) -> None:
    """Draw the weights as the papers did, and set the biases to zero.

    SRCNN and FSRCNN's deconvolution: N(0, 0.001). FSRCNN's convolutions, which PReLU follows: He
    et al., arXiv 1502.01852, equation 15, with PReLU's first slope, 0.25.
    """
    for layer in layers_of(network):
        if isinstance(layer, Deconvolution) or isinstance(network, SRCNN):
            nn.init.normal_(layer.weight, std=PUBLISHED)
        else:
            nn.init.kaiming_normal_(layer.weight, a=0.25, nonlinearity="leaky_relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
