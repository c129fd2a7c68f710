"""PReLU with a gradient of its own, against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from napari_fsrcnn.networks.prelu import PReLU


@pytest.mark.parametrize("slopes", [5, 1])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_output_and_gradients_are_torchs(slopes: int, memory_format: torch.memory_format) -> None:
    torch.manual_seed(0)
    features = torch.randn(3, 5, 7, 6).to(memory_format=memory_format)
    features[0, 0, 0] = 0  # where the gradient is that of what is negative
    gradient = torch.randn_like(features)
    results = []
    for module in (PReLU(slopes), nn.PReLU(slopes)):
        with torch.no_grad():
            module.weight.copy_(torch.linspace(-0.5, 1.5, slopes))
        given = features.clone().requires_grad_()
        output = module(given)
        output.backward(gradient)
        assert given.grad is not None
        assert module.weight.grad is not None
        results.append((output.detach(), given.grad, module.weight.grad))
    (output, of_features, of_slopes), (expected, *gradients) = results
    assert torch.equal(output, expected)
    assert torch.equal(of_features, gradients[0])
    torch.testing.assert_close(of_slopes, gradients[1], rtol=1e-5, atol=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    torch.manual_seed(0)
    module = PReLU(3).double()
    features = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda given, slopes: torch.func.functional_call(module, {"weight": slopes}, given),
        (features, torch.rand(3, dtype=torch.float64, requires_grad=True)),
    )


def test_half_precision_keeps_the_slopes_in_single_precision() -> None:
    module = PReLU(4)
    features = torch.randn(2, 4, 3, 3, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = module(features)
    output.sum().backward()
    assert output.dtype == torch.bfloat16
    assert features.grad is not None
    assert features.grad.dtype == torch.bfloat16
    assert module.weight.grad is not None
    assert module.weight.grad.dtype == torch.float32
