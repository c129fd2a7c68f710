"""FSRCNN's deconvolution, computed as one sub-pixel convolution.

A transposed convolution of stride ``s`` writes every output phase from a small neighbourhood of LR
pixels, so the 9 x 9 kernel is rearranged into ``s * s`` ordinary filters (5 x 5 at x2, 3 x 3 at
x4) whose outputs are shuffled into place. The result is the same, and it runs several times faster on
processors and while training. At the borders it can see the last pixels repeated too, where a transposed
convolution sees zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.networks.convolution import PaddingMode, check_padding_mode, replicate


class Deconvolution(nn.Module):
    """Transposed convolution from ``channels`` maps to one plane, exactly ``scale`` times larger.

    With ``padding_mode="zeros"`` equal to ``ConvTranspose2d(channels, 1, 9, stride=scale,
    padding=padding, output_padding=scale + 2 * padding - 9)``, also where that output padding would
    be refused. Away from the borders it is that in either mode.

    Parameters
    ----------
    channels : int
        Input maps.
    scale : int
        Stride, the enlargement.
    padding : int
        Output pixels by which the kernel's centre is moved up and left: output pixel ``p`` gets
        tap ``p + padding - scale * i`` of LR pixel ``i``. 4 puts the kernel's centre on the first
        output pixel of each LR pixel, 3 at x3 on the middle one.
    padding_mode : {"replicate", "zeros"}
        What it sees outside the maps. With zeros a picture's first and last lines lack what LR
        pixels beyond them would add, which no other weight can make up for.

    Raises
    ------
    ValueError
        If the padding is not from 0 to 8, or the padding mode is another.

    Attributes
    ----------
    weight : Parameter, shape (channels, 1, 9, 9)
        In the layout of ``ConvTranspose2d``.
    bias : Parameter, shape (1,)
    """

    KERNEL = 9

    def __init__(
        self, channels: int, scale: int, padding: int, padding_mode: PaddingMode = "replicate"
    ) -> None:
        super().__init__()
        check_padding_mode(padding_mode)
        if not 0 <= padding < self.KERNEL:
            raise ValueError(f"deconv_padding must be from 0 to {self.KERNEL - 1}, not {padding}.")
        self.scale = scale
        self.padding = padding
        self.padding_mode = padding_mode
        self.weight = nn.Parameter(torch.empty(channels, 1, self.KERNEL, self.KERNEL))
        self.bias = nn.Parameter(torch.zeros(1))
        nn.init.normal_(self.weight, std=0.001)
        # Tap t = phase + padding - scale * offset lies within the kernel for these LR offsets.
        self.first = -((self.KERNEL - 1 - padding) // scale)
        self.last = (scale - 1 + padding) // scale

    @property
    def halo(self) -> int:
        """LR pixels on each side that an output pixel depends on."""
        return max(-self.first, self.last)

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(N, channels, H, W)`` to ``(N, 1, scale * H, scale * W)``."""
        before, after = -self.first, self.last
        if self.padding_mode == "zeros" and before == after:
            planes = functional.conv2d(features, self.subpixel_weight(), padding=before)
        else:
            planes = functional.conv2d(self._surrounded(features), self.subpixel_weight())
        return functional.pixel_shuffle(planes, self.scale) + self.bias

    def _surrounded(self, features: Tensor) -> Tensor:
        before, after = -self.first, self.last
        if self.padding_mode == "zeros":
            return functional.pad(features, (before, after) * 2)
        if torch.compiler.is_compiling():
            return replicate(replicate(features, 2, before, after), 3, before, after)
        return functional.pad(features, (before, after) * 2, mode="replicate")

    def subpixel_weight(self) -> Tensor:
        """Arrange the kernel as ``(scale ** 2, channels, taps, taps)`` ordinary filters."""
        scale, taps = self.scale, self.last - self.first + 1
        # Kernel tap of phase a and LR offset o is a + padding - scale * o; written with all taps
        # in ascending order it is one padded, reversed and regrouped axis, the same for Y and X.
        lowest = self.padding - scale * self.last
        above = taps * scale + lowest - self.KERNEL
        padded = functional.pad(self.weight[:, 0], (-lowest, above, -lowest, above))
        grouped = padded.view(-1, taps, scale, taps, scale).flip(1, 3)
        return grouped.permute(2, 4, 0, 1, 3).reshape(scale * scale, -1, taps, taps)

    def bilinear_kernel(self) -> Tensor:
        """Give the 9 x 9 kernel that enlarges one map by bilinear interpolation.

        Where the kernel is too small for it (x4 and above), the taps that there are share what the
        others would have had.
        """
        taps = torch.arange(self.KERNEL, dtype=self.weight.dtype)
        centre = self.padding + (self.scale - 1) / 2
        tent = (1 - (taps - centre).abs() / self.scale).clamp(min=0)
        phases = (torch.arange(self.KERNEL) % self.scale)[:, None] == torch.arange(self.scale)
        shares = (phases * (phases * tent[:, None]).sum(0)).sum(1)
        tent = tent / shares.where(shares > 0, 1)  # an extreme padding leaves a phase without taps
        return torch.outer(tent, tent)
