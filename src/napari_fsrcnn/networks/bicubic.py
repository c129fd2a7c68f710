"""MATLAB's bicubic enlargement as a torch module, the first step of SRCNN."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.image.resize import cubic_kernel


class BicubicUpsample(nn.Module):
    """Enlarge by a whole factor, equal to :func:`napari_fsrcnn.image.resize.imresize`.

    Every output phase is one fixed 5 x 5 filter on the LR grid, so the enlargement is a single
    convolution and a pixel shuffle. At the border the picture is mirrored with its edge repeated.

    Parameters
    ----------
    scale : int
        Enlargement on both axes, at least 1.
    """

    halo = 2
    """LR pixels on each side that an output pixel depends on."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        phases = (np.arange(scale) + 0.5) / scale - 0.5
        taps = cubic_kernel(phases[:, None] - np.arange(-2, 3))
        kernel = np.einsum("ay,bx->abyx", taps, taps).reshape(scale * scale, 1, 5, 5)
        self.kernel: Tensor
        self.register_buffer("kernel", torch.from_numpy(kernel).float(), persistent=False)

    def forward(self, lr: Tensor) -> Tensor:
        """Enlarge ``(N, 1, H, W)`` to ``(N, 1, scale * H, scale * W)``."""
        mirrored = mirror(mirror(lr, 2, self.halo, self.halo), 3, self.halo, self.halo)
        return functional.pixel_shuffle(functional.conv2d(mirrored, self.kernel), self.scale)


def mirror(image: Tensor, axis: int, before: int, after: int) -> Tensor:
    """Pad both sides of ``axis``, mirrored with the edge pixel repeated.

    Pictures of one pixel are mirrored over and over, which torch's own reflection refuses.
    """
    length = image.shape[axis]
    positions = torch.arange(-before, length + after, device=image.device) % (2 * length)
    return image.index_select(axis, torch.minimum(positions, 2 * length - 1 - positions))
