"""A network made ready: a copy, itself a network, in the precision that is asked for."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from napari_fsrcnn.inference.prepared import CPU, Precision, prepare
from napari_fsrcnn.inference.tiles import upscale_plane
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.model import Model

MakeModel = Callable[..., Model]


class Nearest(nn.Module):
    """As another package may add it: of its own form, with a halo that it does not need."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.halo = 3, 2
        self.hyperparameters: Mapping[str, Any] = {}

    def forward(self, lr: Tensor) -> Tensor:
        return lr.repeat_interleave(3, 2).repeat_interleave(3, 3)


@pytest.mark.parametrize("name", ["fsrcnn", "srcnn-915"])
def test_it_leaves_the_model_alone(make_model: MakeModel, name: str) -> None:
    network = make_model(architecture=name).network
    module = as_module(network)
    module.train().requires_grad_(True)
    before = {key: value.clone() for key, value in module.state_dict().items()}
    ready = prepare(network, CPU, "bf16")
    upscale_plane(ready, torch.rand(9, 9))
    assert module.training
    assert not ready.form.training
    assert all(parameter.requires_grad for parameter in module.parameters())
    assert not any(parameter.requires_grad for parameter in ready.parameters())
    for key, value in module.state_dict().items():
        assert torch.equal(value, before[key])
        assert value.dtype == torch.float32
    theirs = {parameter.data_ptr() for parameter in module.parameters()}
    assert theirs.isdisjoint(parameter.data_ptr() for parameter in ready.parameters())
    assert (ready.scale, ready.halo) == (network.scale, network.halo)


def test_it_can_be_prepared_again(model: Model) -> None:
    once = prepare(model.network, CPU)
    plane = torch.rand(20, 20)
    expected = upscale_plane(once, plane)
    twice = upscale_plane(prepare(once, CPU), plane, tile=(10, 10))
    torch.testing.assert_close(twice, expected, rtol=0, atol=1e-5)


def test_a_network_of_another_package_runs_as_it_is() -> None:
    plane = torch.rand(20, 23)
    found = upscale_plane(prepare(Nearest(), CPU), plane, tile=(7, 9), batch=2)
    assert torch.equal(found, plane.repeat_interleave(3, 0).repeat_interleave(3, 1))


@pytest.mark.parametrize("name", ["fsrcnn", "srcnn-915"])
def test_half_precision_is_near_and_not_equal(make_model: MakeModel, name: str) -> None:
    network = make_model(architecture=name).network
    plane = torch.rand(30, 30)
    exact, half = (
        upscale_plane(prepare(network, CPU, precision), plane, tile=(16, 16))
        for precision in ("float32", "bf16")
    )
    assert half.dtype == torch.float32
    assert 0 < (half - exact).abs().max() < 0.05 * exact.abs().max()


@pytest.mark.parametrize(
    ("precision", "sentence"),
    [
        ("double", "must be float32, bf16 or fp16, not 'double'"),
        ("fp16", "The CPU does not compute in fp16: choose float32 or bf16"),
    ],
)
def test_a_precision_that_there_is_not(model: Model, precision: Precision, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        prepare(model.network, CPU, precision)
