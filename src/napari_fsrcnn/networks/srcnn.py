"""SRCNN: bicubic first, then patch extraction, non-linear mapping and reconstruction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from napari_fsrcnn.networks.bicubic import BicubicUpsample
from napari_fsrcnn.networks.convolution import Convolution, PaddingMode, check_padding_mode


class SRCNN(nn.Module):
    """SRCNN with 64 and 32 filters, working on the bicubic enlargement of the LR plane.

    Parameters
    ----------
    scale : int
        Enlargement on both axes.
    kernels : sequence of three odd int
        Sizes of the three convolutions: (9, 1, 5), (9, 3, 5) or (9, 5, 5) in the paper.
    padding_mode : {"replicate", "zeros"}
        What every convolution sees outside the picture.

    Raises
    ------
    ValueError
        If the kernels are not three odd sizes, or the padding mode is another.

    References
    ----------
    Dong et al., "Image super-resolution using deep convolutional networks", arXiv 1501.00092.
    """

    def __init__(
        self,
        scale: int,
        kernels: Sequence[int] = (9, 5, 5),
        padding_mode: PaddingMode = "replicate",
    ) -> None:
        super().__init__()
        check_padding_mode(padding_mode)
        if len(kernels) != 3 or not all(kernel > 0 and kernel % 2 for kernel in kernels):
            raise ValueError(f"kernels must be three odd sizes such as (9, 5, 5), not {kernels}.")
        first, second, third = kernels
        self.scale = scale
        self.hyperparameters: Mapping[str, Any] = {
            "kernels": list(kernels),
            "padding_mode": padding_mode,
        }
        self.halo = math.ceil(sum(kernel // 2 for kernel in kernels) / scale) + BicubicUpsample.halo
        self.bicubic = BicubicUpsample(scale)
        self.extract = Convolution(1, 64, first, padding="same", padding_mode=padding_mode)
        self.map = Convolution(64, 32, second, padding="same", padding_mode=padding_mode)
        self.reconstruct = Convolution(32, 1, third, padding="same", padding_mode=padding_mode)
        self.rectify = nn.ReLU()

    def forward(self, lr: Tensor) -> Tensor:
        """Map an LR plane ``(N, 1, H, W)`` in [0, 1] to HR ``(N, 1, scale * H, scale * W)``."""
        features = self.rectify(self.extract(self.bicubic(lr)))
        reconstructed: Tensor = self.reconstruct(self.rectify(self.map(features)))
        return reconstructed
