"""Convolution to the input's own size, in the form that trains fastest and can be compiled."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

PaddingMode = Literal["replicate", "zeros"]


def check_padding_mode(padding_mode: str) -> None:
    """Refuse the modes of torch that would see across the picture (circular) and any other."""
    if padding_mode not in get_args(PaddingMode):
        raise ValueError(f"padding_mode must be replicate or zeros, not {padding_mode!r}.")


class Convolution(nn.Conv2d):
    """``Conv2d`` of stride 1 and of odd kernels, padded to the input's size: the same numbers.

    A 1 x 1 kernel needs no padding, but torch would copy the maps to add none. In channels_last,
    torch's gradient of replicate padding has other strides than its compiler takes for granted
    (an error in torch 2.14), so for the compiler the edges are laid on as slices.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """Map ``(N, in_channels, H, W)`` to ``(N, out_channels, H, W)``."""
        edge = self.kernel_size[0] // 2
        if edge == 0:
            return functional.conv2d(input, self.weight, self.bias)
        if self.padding_mode == "replicate" and torch.compiler.is_compiling():
            padded = replicate(replicate(input, 2, edge, edge), 3, edge, edge)
            return functional.conv2d(padded, self.weight, self.bias)
        return super().forward(input)


def replicate(maps: Tensor, axis: int, before: int, after: int) -> Tensor:
    """Repeat the first and the last line of an axis so many times.

    Equal to torch's padding mode ``replicate`` on that axis.
    """
    first = maps.narrow(axis, 0, 1)
    last = maps.narrow(axis, maps.shape[axis] - 1, 1)
    return torch.cat([*[first] * before, maps, *[last] * after], axis)
