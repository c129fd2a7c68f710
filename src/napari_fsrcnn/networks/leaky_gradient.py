"""Training in which no filter dies: ReLU lets a part of the gradient through where it is off.

A filter that ReLU switches off at every pixel gets no gradient and never comes back. With a fast
optimiser that is most of SRCNN's within a few thousand steps. What the network computes stays as
it is, so the weights are those of the ordinary network.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class LeakyGradientReLU(nn.Module):
    """ReLU with the gradient of a leaky ReLU.

    Parameters
    ----------
    leak : float
        Part of the gradient that passes where the input is negative.

    Examples
    --------
    >>> x = torch.tensor([-2.0, 3.0], requires_grad=True)
    >>> y = LeakyGradientReLU(0.1)(x)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad
    ([0.0, 3.0], tensor([0.1000, 1.0000]))
    """

    def __init__(self, leak: float) -> None:
        super().__init__()
        self.leak = leak

    def forward(self, maps: Tensor) -> Tensor:
        """Map a tensor of any shape to its positive part."""
        positive: Tensor = _LeakyGradient.apply(maps, self.leak)
        return positive


class _LeakyGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, maps: Tensor, leak: float) -> Tensor:
        ctx.save_for_backward(maps)
        ctx.leak = leak
        return torch.relu(maps)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (maps,) = ctx.saved_tensors
        return torch.where(maps > 0, gradient, ctx.leak * gradient), None


def leak_gradients(network: nn.Module, leak: float) -> None:
    """Replace each ReLU of a network, in place. PReLU lets gradients through anyhow."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU):
                setattr(module, name, LeakyGradientReLU(leak))
