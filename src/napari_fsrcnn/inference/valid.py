"""Convolutions that pad nothing by themselves, and the network as a chain of them.

A tile is read with its halo, of which each layer takes its part, so no map is padded or copied.
Where a tile touches the picture's own edge, it is given a margin as wide as the halo, and what a
layer sees outside the picture is written over its maps' margins.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.inference.convolve import LANES, convolve, lay_out
from napari_fsrcnn.inference.edges import EdgeMode, Edges, extend, paint
from napari_fsrcnn.inference.pixel_pairs import convolve_pairs, fills_lanes, paired_weight
from napari_fsrcnn.networks.convolution import Convolution


class Layer(Protocol):
    """A module that maps a tile's maps to smaller ones.

    Attributes
    ----------
    scale : int
        Enlargement.
    before, after : int
        Pixels of what it is given that are lost above and left, below and right.
    maps : int
        Values that it gives for each pixel of what it is given.
    mode : {"replicate", "zeros", "mirror"}
        What it sees outside the picture; only the first of a chain may see it mirrored.
    """

    scale: int
    before: int
    after: int
    maps: int
    mode: EdgeMode

    def __call__(self, maps: Tensor) -> Tensor:
        """Run it."""


class Form(Protocol):
    """A network in the form in which it runs.

    Attributes
    ----------
    scale : int
        Enlargement.
    before, after : int
        HR pixels that are lost above and left, below and right, on the sides inside the picture.
    maps : int
        Values of its largest maps for each LR pixel.
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
        self.in_pairs = fills_lanes(convolution.weight)
        if self.in_pairs:
            self.paired_weight = lay_out(paired_weight(convolution.weight))
            self.paired_bias = nn.Parameter(convolution.bias.detach().repeat(2))
        self.maps = convolution.out_channels
        self.activation = activation

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` to smaller maps."""
        maps = self._convolve(maps)
        if isinstance(self.activation, nn.PReLU) and _goes_by_rows(maps, self.activation.weight):
            return rectify_rows(maps, self.activation.weight)
        return cast("Tensor", self.activation(maps))

    def _convolve(self, maps: Tensor) -> Tensor:
        width = maps.shape[-1] - self.before - self.after
        if self.in_pairs and maps.device.type == "cpu" and width % 2 == 0:
            return convolve_pairs(maps, self.paired_weight, self.paired_bias)
        return convolve(maps, self.weight, self.bias)


def rectify_rows(maps: Tensor, slopes: Tensor) -> Tensor:
    """PReLU of maps in channels_last, with the values of a row of pixels as if they were channels.

    On processors torch goes from pixel to pixel, which takes five times as long where maps are few.
    """
    count, channels, height, width = maps.shape
    rows = maps.permute(0, 2, 3, 1).reshape(count * height, width * channels)
    rectified = functional.prelu(rows, slopes.expand(width, channels).flatten())
    return rectified.view(count, height, width, channels).permute(0, 3, 1, 2)


def _goes_by_rows(maps: Tensor, slopes: Tensor) -> bool:
    fills_no_lanes = maps.shape[1] % LANES != 0
    return fills_no_lanes and maps.device.type == "cpu" and len(slopes) == maps.shape[1]


class Chain(nn.Module):
    """Layers one behind the other: a :class:`Form`.

    Parameters
    ----------
    layers : iterable of Layer
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(cast("Iterable[nn.Module]", layers))
        self.scale, self.before, self.after, self.maps = 1, 0, 0, 1
        for layer in self._layers:
            self.maps = max(self.maps, self.scale**2 * layer.maps)
            self.before = layer.scale * (self.before + layer.before)
            self.after = layer.scale * (self.after + layer.after)
            self.scale *= layer.scale

    @property
    def _layers(self) -> list[Layer]:
        return list(cast("Iterable[Layer]", self.layers))

    def forward(self, maps: Tensor, edges: Edges) -> Tensor:
        """Map ``(N, 1, H, W)`` to HR, less what is lost inside the picture."""
        lost = (self.before, self.after) * 2
        margins = [
            -(-length // self.scale) * edge for length, edge in zip(lost, edges, strict=True)
        ]
        maps = extend(maps, margins, self._layers[0].mode)
        for index, layer in enumerate(self._layers):
            if index > 0 and layer.before + layer.after > 0:
                assert layer.mode != "mirror"  # noqa: S101 - as Layer says
                paint(maps, margins, layer.mode)
            maps = layer(maps)
            margins = [
                layer.scale * (length - taken) * edge
                for length, taken, edge in zip(
                    margins, (layer.before, layer.after) * 2, edges, strict=True
                )
            ]
        # A margin is whole LR pixels: some HR pixels of it may be left.
        top, bottom, left, right = margins
        height, width = maps.shape[-2:]
        return maps[..., top : height - bottom, left : width - right]
