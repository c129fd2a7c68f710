"""Convolution without padding, by the library that is fastest at it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

LANES = 8
"""Values of float32 in a processor's usual vector (AVX2), by whose multiples maps are fastest."""

_VECTOR = 8


def convolve(
    maps: Tensor, weight: Tensor, bias: Tensor, stride: tuple[int, int] = (1, 1)
) -> Tensor:
    """Map ``(N, C, H, W)`` to ``(N, C', H', W')``, smaller by what the kernel reaches beyond.

    On processors always by oneDNN: torch itself would give 1 x 1 kernels and small maps to others,
    which take twice the time for a kernel from 56 maps to 12. On GPUs 1 x 1 kernels, and kernels
    of a single map, are matrix products, which add the bias on their way.
    """
    if maps.device.type == "cpu" and maps.dtype == torch.float32 and _has_onednn():
        return torch.mkldnn_convolution(maps, weight, bias, (0, 0), stride, (1, 1), 1)
    if maps.device.type == "cuda" and stride == (1, 1):
        if weight.shape[-1] == 1:
            return multiply_maps(maps, weight, bias)
        if maps.shape[1] == 1:
            return multiply_pixels(maps, weight, bias)
    return functional.conv2d(maps, weight, bias, stride)


def multiply_maps(maps: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Convolve with 1 x 1 kernels: a matrix product over the maps, which lie in channels_last."""
    pixels = maps.permute(0, 2, 3, 1)
    return functional.linear(pixels, weight.flatten(1), bias).permute(0, 3, 1, 2)


def multiply_pixels(maps: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Convolve a single map: a matrix product over the pixels that lie under the kernel."""
    size = weight.shape[-1]
    # GPUs multiply rows of whole vectors, of 8 values, at their full speed only.
    more = (0, -size * size % _VECTOR)
    under = maps[:, 0].unfold(1, size, 1).unfold(2, size, 1)
    pixels = functional.pad(under.flatten(3), more)
    return functional.linear(pixels, functional.pad(weight.flatten(1), more), bias).permute(
        0, 3, 1, 2
    )


def lay_out(weight: Tensor) -> nn.Parameter:
    """Copy weights, laid out in channels_last, as their outputs then are.

    Of a kernel with one map in, whose layouts do not differ, torch's own conversion would leave the
    strides that stand for the other layout, and the outputs would be moved after each convolution.
    """
    _, channels, height, width = weight.shape
    strides = (channels * height * width, 1, channels * width, channels)
    copy = torch.empty_strided(weight.shape, strides, dtype=weight.dtype, device=weight.device)
    return nn.Parameter(copy.copy_(weight.detach()), requires_grad=False)


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled)
