"""Random contrast and brightness, so that a network knows all of [0, 1].

The Y of colour photographs lies in 16..235 of 255, but grey pictures and pictures mapped by their
own value range fill [0, 1]. A network that has never seen black would lose several dB on them.
"""

from __future__ import annotations

import torch
from torch import Tensor

Y_LOW, Y_SPAN = 16 / 255, 219 / 255
LOWEST_CONTRAST = 0.7
CHANGED = 0.5
"""Part of the patches that is changed; the others stay as they are."""


def vary_levels(lr: Tensor, hr: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Change contrast and brightness of half of the patches, of LR and HR alike.

    What lies in 16..235 of 255 is spread over 0.7 to 1 of [0, 1], anywhere in it.

    Parameters
    ----------
    lr, hr : Tensor, shape (batch, 1, Y, X)
    generator : torch.Generator
        On the patches' device.

    Returns
    -------
    lr, hr : Tensor
    """
    shape, device = (3, lr.shape[0], 1, 1, 1), lr.device
    chosen, contrast, brightness = torch.rand(shape, generator=generator, device=device)
    span = LOWEST_CONTRAST + (1 - LOWEST_CONTRAST) * contrast
    low = (1 - span) * brightness
    gain = torch.where(chosen < CHANGED, span / Y_SPAN, 1.0)
    offset = torch.where(chosen < CHANGED, low - Y_LOW * gain, 0.0)
    return lr * gain + offset, hr * gain + offset
