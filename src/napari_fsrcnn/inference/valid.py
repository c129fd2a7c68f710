"""Convolutions that pad nothing by themselves, and the network as a chain of them.

Inside a picture a tile is read with its halo and each layer takes its part of it, so no map is
padded or copied. Only where a tile touches the picture's own edge are maps extended, layer by
layer, on that side alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

from torch import Tensor, nn

from napari_fsrcnn.inference.convolve import convolve, lay_out
from napari_fsrcnn.inference.edges import EdgeMode, Edges, extend
from napari_fsrcnn.networks.convolution import Convolution


class Layer(Protocol):
    """A module that maps a tile's maps to smaller ones, or extends them at the picture's edges.

    Attributes
    ----------
    scale : int
        Enlargement.
    before, after : int
        Pixels of what it is given that are lost above and left, below and right, on the sides
        inside the picture.
    maps : int
        Values that it gives for each pixel of what it is given.
    """

    scale: int
    before: int
    after: int
    maps: int

    def __call__(self, maps: Tensor, edges: Edges) -> Tensor:
        """Run it."""


def edge_mode(convolution: Convolution) -> EdgeMode:
    """Say what a convolution sees outside the picture."""
    return cast("EdgeMode", convolution.padding_mode)


class ValidConvolution(nn.Module):
    """A convolution and the PReLU or ReLU behind it.

    Parameters
    ----------
    convolution : Convolution
    activation : PReLU or ReLU
    """

    scale = 1

    def __init__(self, convolution: Convolution, activation: nn.Module) -> None:
        super().__init__()
        self.before = self.after = convolution.kernel_size[0] // 2
        self.mode = edge_mode(convolution)
        assert convolution.bias is not None  # noqa: S101 - these networks' layers all have one
        self.weight = lay_out(convolution.weight)
        self.bias = nn.Parameter(convolution.bias)
        self.maps = convolution.out_channels
        self.activation = activation

    def forward(self, maps: Tensor, edges: Edges) -> Tensor:
        """Map ``(N, C, H, W)`` to maps that are smaller on the sides inside the picture."""
        maps = extend(maps, self.before, self.after, self.mode, edges)
        return cast("Tensor", self.activation(convolve(maps, self.weight, self.bias)))


class Chain(nn.Module):
    """Layers one behind the other.

    Parameters
    ----------
    layers : iterable of Layer

    Attributes
    ----------
    scale : int
        Enlargement of all.
    before, after : int
        HR pixels that are lost on the sides inside the picture.
    maps : int
        Values of its largest maps for each LR pixel.
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(cast("Iterable[nn.Module]", layers))
        self.scale, self.before, self.after, self.maps = 1, 0, 0, 1
        for layer in cast("Iterable[Layer]", self.layers):
            self.maps = max(self.maps, self.scale**2 * layer.maps)
            self.before = layer.scale * (self.before + layer.before)
            self.after = layer.scale * (self.after + layer.after)
            self.scale *= layer.scale

    def forward(self, maps: Tensor, edges: Edges) -> Tensor:
        """Map ``(N, 1, H, W)`` to HR, less what is lost inside the picture."""
        for layer in self.layers:
            maps = layer(maps, edges)
        return maps
