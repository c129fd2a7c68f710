from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.networks.convolution import Convolution, PaddingMode, replicate
from napari_fsrcnn.networks.fsrcnn import FSRCNN


@pytest.mark.parametrize("padding_mode", ["replicate", "zeros"])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_equals_torchs_convolution(kernel: int, padding_mode: PaddingMode) -> None:
    own = Convolution(2, 3, kernel, padding="same", padding_mode=padding_mode)
    torchs = nn.Conv2d(2, 3, kernel, padding="same", padding_mode=padding_mode)
    torchs.load_state_dict(own.state_dict())
    maps = torch.rand(2, 2, 6, 7)

    assert torch.equal(own(maps), torchs(maps))


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (4, 3)])
def test_laid_on_edges_equal_torchs_replicate_padding(size: tuple[int, int]) -> None:
    maps = torch.rand(2, 3, *size)

    padded = replicate(replicate(maps, 2, 2, 1), 3, 2, 1)

    assert torch.equal(padded, functional.pad(maps, (2, 1, 2, 1), mode="replicate"))


@pytest.mark.skipif(shutil.which("c++") is None, reason="torch's compiler needs a C++ compiler")
def test_compiled_in_channels_last_gives_the_same_output_and_gradients() -> None:
    network = FSRCNN(3, d=8, s=4, m=1)
    network.to(memory_format=torch.channels_last)
    lr = torch.rand(2, 1, 9, 10)

    output, gradients = _trained(network, network, lr)
    compiled_output, compiled_gradients = _trained(network, torch.compile(network), lr)

    torch.testing.assert_close(compiled_output, output)
    torch.testing.assert_close(compiled_gradients, gradients)


def _trained(
    network: nn.Module, call: Callable[[Tensor], Tensor], lr: Tensor
) -> tuple[Tensor, list[Tensor]]:
    output = call(lr.contiguous(memory_format=torch.channels_last))
    return output.detach(), list(
        torch.autograd.grad(output.square().sum(), list(network.parameters()))
    )
