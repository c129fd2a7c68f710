"""A convolution to few maps that computes two pixels at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from napari_fsrcnn.inference.convolve import LANES, convolve


def fills_lanes(weight: Tensor) -> bool:
    """Say whether two pixels at a time make better use of this processor's vectors.

    The 12 maps of a pixel leave half of the second vector of 8 values idle; those of two pixels fill
    three. Their kernel is one column wider, with zeros in it, so that the products are as many, but
    each value that is read goes into more of them. In the same way the 5 maps of FSRCNN-s leave
    most of a vector of 16 values idle. A kernel of one column has nothing that pixels could share.
    """
    maps, _, _, taps = weight.shape
    lanes = 2 * LANES if torch.backends.cpu.get_cpu_capability() == "AVX512" else LANES
    alone, together = maps + -maps % lanes, maps + (-2 * maps % lanes) / 2
    return maps % lanes != 0 and taps > 1 and (taps + 1) * together <= taps * alone


def paired_weight(weight: Tensor) -> Tensor:
    """Arrange a convolution's weights for two pixels of a row.

    Parameters
    ----------
    weight : Tensor, shape (M, C, taps, taps)

    Returns
    -------
    Tensor, shape (2 * M, C, taps, taps + 1)
        Of the left pixel's maps, then the right one's.
    """
    maps, channels, rows, taps = weight.shape
    paired = weight.new_zeros(2, maps, channels, rows, taps + 1)
    paired[0, ..., :taps] = paired[1, ..., 1:] = weight
    return paired.flatten(0, 1)


def convolve_pairs(maps: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Map ``(N, C, H, W)`` in channels_last to ``(N, M, H', W')``, where W' is even.

    Of odd kernels: those of a pair are even then. With one map in, a stride of two and an odd kernel,
    oneDNN 3.12 sums wrongly on AVX-512 where a single pair comes out.

    Parameters
    ----------
    maps : Tensor
    weight : Tensor
        As :func:`paired_weight` gives it, laid out in channels_last.
    bias : Tensor, shape (2 * M,)
    """
    pairs = convolve(maps, weight, bias, stride=(1, 2))
    count, both, height, width = pairs.shape
    # Two pixels of 12 maps lie in memory as one of 24 does.
    pixels = pairs.permute(0, 2, 3, 1).view(count, height, 2 * width, both // 2)
    return pixels.permute(0, 3, 1, 2)
