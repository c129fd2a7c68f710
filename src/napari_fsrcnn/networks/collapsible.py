"""Training with over-parameterised layers that collapse into the ordinary network.

Each weight is the sum of a fixed start and a product of two wide factors. The product is multiplied
out in weight space at every step, so the picture only ever passes through the ordinary layer, while
the optimiser moves in the wide one and arrives at better weights. Collapsing keeps the weights as
they are and forgets the factors: the network that is saved is the published one.

References
----------
Bhardwaj et al., "Collapsible linear blocks for super-efficient super resolution",
arXiv 2103.09404, section 3.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from napari_fsrcnn.networks.initial import layers_of


class WideWeight(nn.Module):
    """Parametrization ``weight = start + project @ expand``.

    Parameters
    ----------
    weight : Tensor, shape (A, B, k, k)
        The layer's weight: ``project`` has the shape (A, width), ``expand`` (width, B, k, k).
    width : int
        Inner width.
    fan_in : int
        Inputs that one output of the layer sums, for the scale of the random start.
    """

    def __init__(self, weight: Tensor, width: int, fan_in: int) -> None:
        super().__init__()
        self.project = nn.Parameter(torch.empty(len(weight), width))
        self.expand = nn.Parameter(torch.empty(width, *weight.shape[1:]))
        # As two convolutions in a row are initialised by default: uniform within 1 / sqrt(fan-in).
        nn.init.uniform_(self.project, -1 / math.sqrt(width), 1 / math.sqrt(width))
        nn.init.uniform_(self.expand, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def forward(self, start: Tensor) -> Tensor:
        """Multiply the factors out and add the start."""
        return start + (self.project @ self.expand.flatten(1)).view_as(start)


def make_collapsible(network: nn.Module, width: int) -> None:
    """Replace each layer's weight by a fixed start plus a wide product, in place.

    The network as a whole stays what it was, to rounding: the start makes up for the product of
    the random factors.
    """
    for layer in layers_of(network):
        wide = WideWeight(layer.weight, width, fan_in=layer.weight[0].numel())
        with torch.no_grad():
            layer.weight -= wide(torch.zeros_like(layer.weight))
        # The start is no longer learnt; it becomes the parametrization's fixed input.
        layer.weight.requires_grad_(False)
        parametrize.register_parametrization(layer, "weight", wide)


def collapsed_weights(network: nn.Module) -> dict[str, Tensor]:
    """Multiply the wide layers out to the weights of the ordinary network.

    Parameters
    ----------
    network : Module
        After :func:`make_collapsible`.

    Returns
    -------
    dict of Tensor
        By the names that they have in the ordinary network's ``state_dict``.
    """
    weights = {
        name: tensor
        for name, tensor in network.state_dict(keep_vars=True).items()
        if "parametrizations" not in name.split(".")
    }
    for owner, module in network.named_modules():
        if parametrize.is_parametrized(module, "weight"):
            weights[f"{owner}.weight".removeprefix(".")] = cast("Tensor", module.weight)
    return weights
