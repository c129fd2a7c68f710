"""A last layer that computes the sub-pixels of several LR pixels as one convolution's channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.inference.convolve import LANES, convolve, lay_out
from napari_fsrcnn.inference.edges import EdgeMode

_RUN = 4
"""Sub-pixels that a block has on each side at least: 4 x 4 fill a processor's 16 lanes."""

_CARRIERS = {4: torch.float32, 8: torch.complex64, 16: torch.complex128}
"""Types that carry so many bytes at once."""


class Blocks(nn.Module):
    """A sub-pixel convolution to one plane, of several pixels at once.

    A convolution to one plane (or to the 4 sub-pixels of x2) leaves most lanes of a processor idle.
    So the outputs of a block of ``side`` x ``side`` pixels become the channels of one convolution
    of that stride, whose kernel spans what any of them needs. Though some of its weights are zero,
    it is several times as fast.

    Parameters
    ----------
    weight : Tensor, shape (scale ** 2, C, taps, taps)
        Of the convolution whose outputs are shuffled into place.
    bias : Tensor, shape (1,)
    scale : int
        Sub-pixels on each side of a pixel; 1 for an ordinary convolution to one plane.
    before : int
        Pixels above and left of a pixel that its outputs depend on; the other taps lie at the
        pixel, below and right.
    mode : {"replicate", "zeros", "mirror"}
        What lies outside the picture.

    Attributes
    ----------
    after : int
        Pixels below and right that outputs depend on.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor, scale: int, before: int, mode: EdgeMode
    ) -> None:
        super().__init__()
        self.scale = scale
        self.maps = scale**2
        self.side = max(1, _RUN // scale)
        self.before = before
        self.after = weight.shape[-1] - 1 - before
        self.mode: EdgeMode = mode
        blocked = blocked_weight(weight, scale, self.side)
        # A processor of 8 lanes is slower at 9 channels than at 16.
        idle = -len(blocked) % LANES
        self.weight = lay_out(functional.pad(blocked, (0, 0) * 3 + (0, idle)))
        self.bias = nn.Parameter(bias.detach().expand(len(self.weight)).clone())

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` to ``(N, 1, scale * H', scale * W')``.

        H' and W' are smaller by ``before`` and ``after``.
        """
        height, width = (length - self.before - self.after for length in maps.shape[-2:])
        missing = (-width % self.side, -height % self.side)
        if any(missing):
            maps = functional.pad(maps, (0, missing[0], 0, missing[1]))
        blocks = convolve(maps, self.weight, self.bias, stride=(self.side, self.side))
        plane = shuffle(blocks, self.side * self.scale)
        return plane[..., : self.scale * height, : self.scale * width]


def blocked_weight(weight: Tensor, scale: int, side: int) -> Tensor:
    """Arrange a sub-pixel convolution's weights for blocks of pixels.

    Parameters
    ----------
    weight : Tensor, shape (scale ** 2, C, taps, taps)
    scale, side : int

    Returns
    -------
    Tensor, shape ((side * scale) ** 2, C, taps + side - 1, taps + side - 1)
        Its channels are the rows and columns of the block's sub-pixels.
    """
    channels, taps = weight.shape[1], weight.shape[-1]
    wide = taps + side - 1
    blocked = weight.new_zeros(side, scale, side, scale, channels, wide, wide)
    phases = weight.view(scale, scale, channels, taps, taps)
    for y in range(side):
        for x in range(side):
            blocked[y, :, x, :, :, y : y + taps, x : x + taps] = phases
    return blocked.view((side * scale) ** 2, channels, wide, wide)


def shuffle(blocks: Tensor, run: int) -> Tensor:
    """Put the first ``run ** 2`` channels in place: ``(N, C, H, W)`` as ``(N, 1, run * H, run * W)``.

    Equal to torch's ``pixel_shuffle``, which moves value by value; in channels_last the values of
    one row of a block lie together, and are moved as one number where there is one of that size.
    """
    count, _, height, width = blocks.shape
    pixels = blocks.permute(0, 2, 3, 1)[..., : run**2]
    rows = pixels.reshape(count, height, width, run, run)
    whole = _CARRIERS.get(run * blocks.element_size())
    if whole is None:
        return rows.permute(0, 1, 3, 2, 4).reshape(count, 1, run * height, run * width)
    moved = rows.view(whole).permute(0, 1, 3, 2, 4).contiguous()
    return moved.view(blocks.dtype).view(count, 1, run * height, run * width)
