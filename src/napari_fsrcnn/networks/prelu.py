"""PReLU whose gradient is quick on processors."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional


class PReLU(nn.PReLU):
    """``torch.nn.PReLU``, the same to the last bit but for the slopes' sum.

    On processors PyTorch's own gradient goes value by value, and takes a sixth of FSRCNN's step of
    training; made of a few operations on whole maps it takes a quarter of that.

    References
    ----------
    He et al., "Delving deep into rectifiers", arXiv 1502.01852, equations 1, 8 and 9.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Multiply what is negative by the slopes, one for each channel or one for all."""
        if self.training and features.device.type == "cpu":
            return cast("Tensor", _PReLU.apply(features, self.weight))
        return super().forward(features)


class _PReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, slopes: Tensor) -> Tensor:
        ctx.save_for_backward(features, slopes)
        return functional.prelu(features, slopes)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        (gradient,) = gradients
        features, slopes = ctx.saved_tensors
        passed = torch.ops.aten.threshold_backward(gradient, features, 0)
        rest = gradient - passed
        by_channel = slopes.to(rest.dtype).view(-1, *[1] * (features.dim() - 2))
        of_slopes = (rest * features).sum_to_size(by_channel.shape).view_as(slopes)
        return torch.addcmul(passed, rest, by_channel), of_slopes.to(slopes.dtype)
