"""FSRCNN's layers for half precision on NVIDIA's GPUs, where one pass over the maps does what it can.

There memory takes the time, not arithmetic: a convolution, its bias and its PReLU are three passes
over maps, and a 1 x 1 convolution behind them three more. Here they are one, which rounds no more often
than the single layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.inference.valid import edge_mode
from napari_fsrcnn.networks.convolution import Convolution

_PIXELS, _WARPS = 64, 2
"""Pixels of a program, and its warps: as fast as more of either on an H100.

Four warps would take Hopper's instructions for groups of warps, with which Triton 3.6 reads beyond the
memory that a program has.
"""

_LEAST = 16
"""Values on each side of a GPU's matrix product."""


class Step(NamedTuple):
    """A convolution and the PReLU behind it."""

    convolution: Convolution
    activation: nn.PReLU

    @property
    def channels(self) -> int:
        """Maps that it reads: as many as were written."""
        channels: int = self.convolution.in_channels
        return channels if channels == 1 else max(channels, _LEAST)

    @property
    def maps(self) -> int:
        """Maps that it writes: not so few that reading them is slow; those that fill up are zero."""
        return max(self.convolution.out_channels, _LEAST)

    def laid_out(self) -> tuple[nn.Parameter, nn.Parameter, nn.Parameter]:
        """Give weights by tap, channel and map, then a bias and a slope for each map.

        Of one channel the taps are a matrix's rows.
        """
        by_tap = self.convolution.weight.detach().permute(2, 3, 1, 0)
        taps, _, channels, maps = by_tap.shape
        rows = by_tap.reshape(-1, taps**2 if channels == 1 else channels, maps)
        bias, slopes = self.convolution.bias, self.activation.weight
        assert bias is not None  # noqa: S101 - these networks' layers all have one
        each = _filled(bias.detach(), axes=1), _filled(slopes.detach().expand(maps), axes=1)
        return _filled(rows, axes=2), *each


class OnePass(nn.Module):
    """A convolution with its PReLU, and where there is one the 1 x 1 convolution behind it with its.

    Parameters
    ----------
    first : Step
    mixing : Step, optional
        Its kernel is 1 x 1.
    """

    scale = 1

    def __init__(self, first: Step, mixing: Step | None) -> None:
        super().__init__()
        self.taps = first.convolution.kernel_size[0]
        self.before = self.after = self.taps // 2
        self.mode = edge_mode(first.convolution)
        self.channels = first.channels
        self.maps = (mixing or first).maps
        steps = [first] if mixing is None else [first, mixing]
        self.weights = nn.ParameterList(values for step in steps for values in step.laid_out())
        # Sides of the matrices: each has as many columns as the next one has rows.
        self.sides = [_side(step.convolution.out_channels) for step in steps]
        self.sides.insert(0, self.weights[0].shape[-2])

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` to smaller maps, in channels_last."""
        # Triton does not come with every torch.
        from napari_fsrcnn.inference.one_pass_kernels import convolve, convolve_and_mix

        count, _, *lengths = maps.shape
        height, width = (length - self.before - self.after for length in lengths)
        made = maps.new_empty(count, height, width, self.maps)
        kernel: Any = convolve if len(self.sides) == 2 else convolve_and_mix
        with torch.cuda.device_of(maps):
            kernel[(count * height, -(-width // _PIXELS))](
                maps.permute(0, 2, 3, 1).contiguous(),
                *self.weights,
                made,
                height,
                width,
                self.channels,
                self.taps,
                self.maps,
                *self.sides,
                _PIXELS,
                num_warps=_WARPS,
            )
        return made.permute(0, 3, 1, 2)


def suits_one_pass(features: nn.Sequential) -> bool:
    """Say whether these layers are as wide as the kernels take them.

    A single map is LR to them, and the last layer behind them reads no maps that fill up.
    """
    first, *inner = (cast("Convolution", layer) for layer in features[::2])
    narrow = min((layer.in_channels for layer in inner), default=2)
    return narrow > 1 and first.out_channels >= _LEAST


def in_one_pass(features: nn.Sequential) -> Iterator[OnePass]:
    """Take each convolution of FSRCNN together with the 1 x 1 convolution behind it, if there is one.

    Parameters
    ----------
    features : Sequential
        Convolutions and PReLUs in turn.
    """
    pairs = zip(features[::2], features[1::2], strict=True)
    steps = [Step(cast("Convolution", one), cast("nn.PReLU", two)) for one, two in pairs]
    while steps:
        first = steps.pop(0)
        mixes = bool(steps) and steps[0].convolution.kernel_size == (1, 1)
        yield OnePass(first, steps.pop(0) if mixes else None)


def _filled(values: Tensor, axes: int) -> nn.Parameter:
    """Fill the last axes up with zeros, to powers of two that a matrix product takes."""
    more = [(0, _side(length) - length) for length in reversed(values.shape[-axes:])]
    padded = functional.pad(values, [each for pair in more for each in pair])
    return nn.Parameter(padded.contiguous(), requires_grad=False)


def _side(length: int) -> int:
    return max(_LEAST, 1 << (length - 1).bit_length())
