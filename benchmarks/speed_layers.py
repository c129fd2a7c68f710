"""A network as a list of layers that every library has: how it is handed to the peers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from napari_fsrcnn.networks.fsrcnn import FSRCNN
from napari_fsrcnn.networks.network import Network, freeze
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.networks.srcnn import SRCNN
from napari_fsrcnn.weights.shipped import list_models, load_model

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Conv:
    """Outputs of the input's size; ``before`` and ``after`` zeros are laid on."""

    weight: Array
    bias: Array
    before: int
    after: int


@dataclass(frozen=True)
class PReLU:
    """One slope for each map, or one for all."""

    slopes: Array


@dataclass(frozen=True)
class ReLU:
    """Without weights."""


@dataclass(frozen=True)
class Shuffle:
    """Channels to sub-pixels, as torch's ``pixel_shuffle``."""

    scale: int


Layer = Conv | PReLU | ReLU | Shuffle


def load_network(architecture: str, scale: int) -> Network:
    """Load the shipped weights, or random ones where none are shipped, with zeros as padding.

    Not every library can repeat a picture's edge; with zeros all compute the same.
    """
    shipped = f"{architecture}-x{scale}" in list_models()
    build = get_architecture(architecture).build
    known = load_model(f"{architecture}-x{scale}").network if shipped else build(scale)
    network = build(scale, **{**known.hyperparameters, "padding_mode": "zeros"})
    module = freeze(cast("nn.Module", network))
    if shipped:
        module.load_state_dict(cast("nn.Module", known).state_dict())
        return network
    generator = torch.Generator().manual_seed(0)
    for weight in module.parameters():
        spread = weight[0].numel() ** -0.5 if weight.ndim == 4 else 0.1
        weight.normal_(0, spread, generator=generator)
    return network


def layers(network: Network) -> list[Layer]:
    """List a network's layers, the deconvolution as a sub-pixel convolution."""
    if isinstance(network, FSRCNN):
        return list(_fsrcnn(network))
    if isinstance(network, SRCNN):
        return list(_srcnn(network))
    raise SystemExit(f"{type(network).__name__} can't be handed to other libraries.")


def _fsrcnn(network: FSRCNN) -> Iterator[Layer]:
    for layer in network.features:
        yield _conv(layer) if isinstance(layer, nn.Conv2d) else PReLU(_array(layer.weight))
    last = network.deconvolution
    weight = last.subpixel_weight()
    bias = last.bias.expand(len(weight))
    yield Conv(_array(weight), _array(bias), -last.first, last.last)
    yield Shuffle(network.scale)


def _srcnn(network: SRCNN) -> Iterator[Layer]:
    """Give SRCNN's layers: its bicubic sees zeros outside here, so the borders differ."""
    kernel = _array(network.bicubic.kernel)
    reach = network.bicubic.halo
    yield Conv(kernel, np.zeros(len(kernel), np.float32), reach, reach)
    yield Shuffle(network.scale)
    yield from (_conv(network.extract), ReLU(), _conv(network.map), ReLU())
    yield _conv(network.reconstruct)


def _conv(layer: nn.Conv2d) -> Conv:
    reach = layer.kernel_size[0] // 2
    return Conv(_array(layer.weight), _array(cast("Tensor", layer.bias)), reach, reach)


def _array(tensor: Any) -> Array:
    return np.ascontiguousarray(tensor.detach().numpy(), np.float32)
