"""Random contrast and brightness, so that a network knows all of [0, 1].

The Y of colour photographs lies in 16..235 of 255, but grey pictures and pictures mapped by their
own value range fill [0, 1]. A network that has never seen black would make it grey, and lose
several dB.
"""

from __future__ import annotations

import torch
from torch import Tensor

Y_LOW, Y_SPAN = 16 / 255, 219 / 255

# Where Y may be moved to: a little beyond [0, 1], since percentiles leave outliers there.
LOWEST, HIGHEST = -0.05, 1.05
SPANS = (0.5, 1.2)

CHANGED = 0.5
"""Part of the patches that is changed; the others stay as they are."""


def vary_levels(lr: Tensor, hr: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Change contrast and brightness of half of the patches, of LR and HR alike.

    What lies in 16..235 of 255 is spread over a span of 0.5 to 1.2, in or a little beyond [0, 1].

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
    chosen, place, contrast = torch.rand(shape, generator=generator, device=device)
    span = SPANS[0] + (SPANS[1] - SPANS[0]) * contrast
    low = LOWEST + (HIGHEST - LOWEST - span) * place
    gain = torch.where(chosen < CHANGED, span / Y_SPAN, 1.0)
    offset = torch.where(chosen < CHANGED, low - Y_LOW * gain, 0.0)
    return lr * gain + offset, hr * gain + offset
