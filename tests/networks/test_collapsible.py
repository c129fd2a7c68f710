"""Collapsible layers: wide while training, and afterwards the ordinary network."""

import pytest
import torch
from torch import Tensor, nn

from napari_fsrcnn.networks.collapsible import collapsed_weights, make_collapsible
from napari_fsrcnn.networks.initial import start_near_interpolation
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.networks.registry import get_architecture

NETWORKS = [
    ("fsrcnn", 2, {}),
    ("fsrcnn", 3, {"padding_mode": "zeros", "prelu": "layer"}),
    ("fsrcnn-s", 4, {"d": 12, "s": 12}),
    ("srcnn-915", 2, {}),
    ("srcnn-955", 3, {"padding_mode": "zeros"}),
]


@pytest.fixture(params=NETWORKS, ids=lambda network: f"{network[0]}-x{network[1]}")
def wide(request: pytest.FixtureRequest) -> Network:
    name, scale, hyperparameters = request.param
    torch.manual_seed(5)
    network = get_architecture(name).build(scale, **hyperparameters)
    start_near_interpolation(as_module(network))
    make_collapsible(as_module(network), width=32)
    return network


def ordinary(wide: Network) -> nn.Module:
    """Build the ordinary network of the same hyper-parameters, with weights of its own."""
    name = "srcnn-955" if "kernels" in wide.hyperparameters else "fsrcnn"
    return as_module(get_architecture(name).build(wide.scale, **wide.hyperparameters))


def collapsed(wide: Network) -> nn.Module:
    network = ordinary(wide)
    network.load_state_dict(collapsed_weights(as_module(wide)))
    return network


def lr_picture() -> Tensor:
    return torch.rand(2, 1, 11, 13, generator=torch.Generator().manual_seed(1))


def train_a_step(module: nn.Module, scale: int) -> float:
    learnt = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(learnt, lr=0.01)
    hr = torch.full((2, 1, 11 * scale, 13 * scale), 0.25)
    loss: Tensor = (module(lr_picture()) - hr).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()


def test_collapsing_changes_nothing_of_the_output(wide: Network) -> None:
    module, lr = as_module(wide), lr_picture()
    for _ in range(2):
        torch.testing.assert_close(collapsed(wide)(lr), module(lr), rtol=0, atol=1e-5)
        train_a_step(module, wide.scale)


def test_the_collapsed_weights_are_all_and_only_the_ordinary_ones(wide: Network) -> None:
    weights = collapsed_weights(as_module(wide))
    assert {name: value.shape for name, value in weights.items()} == {
        name: value.shape for name, value in ordinary(wide).state_dict().items()
    }


def test_an_optimisation_step_changes_every_weight(wide: Network) -> None:
    module = as_module(wide)
    before = {name: value.clone() for name, value in collapsed(wide).state_dict().items()}
    loss = train_a_step(module, wide.scale)
    assert train_a_step(module, wide.scale) < loss
    for name, value in collapsed(wide).state_dict().items():
        assert not torch.equal(value, before[name]), name


def test_the_collapsed_network_is_one_of_its_own(wide: Network) -> None:
    network = collapsed(wide)
    module, lr = as_module(wide), lr_picture()
    before = module(lr).detach()
    loss = train_a_step(network, wide.scale)
    assert train_a_step(network, wide.scale) < loss
    torch.testing.assert_close(module(lr).detach(), before, rtol=0, atol=0)


def test_more_is_learnt_than_in_the_ordinary_network(wide: Network) -> None:
    learnt = sum(p.numel() for p in as_module(wide).parameters() if p.requires_grad)
    assert learnt > sum(p.numel() for p in ordinary(wide).parameters())


def test_the_picture_passes_only_through_the_ordinary_layers(wide: Network) -> None:
    assert widest_map(as_module(wide)) == widest_map(ordinary(wide))


def widest_map(module: nn.Module) -> int:
    """Count the maps of the widest layer that the two pictures of a batch pass through."""
    seen: list[int] = []

    def note(_layer: object, _inputs: object, output: Tensor) -> None:
        if output.ndim == 4 and output.shape[0] == 2:
            seen.append(output.shape[1])

    for layer in module.modules():
        layer.register_forward_hook(note)
    with torch.no_grad():
        module(lr_picture())
    return max(seen)


@torch.no_grad()
def test_a_network_stays_what_it_was(wide: Network) -> None:
    network = ordinary(wide)
    start_near_interpolation(network)
    lr = lr_picture()
    before = network(lr)
    make_collapsible(network, width=64)
    torch.testing.assert_close(network(lr), before, rtol=0, atol=1e-5)


def test_running_statistics_come_along() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    make_collapsible(network, width=4)
    network(torch.rand(2, 1, 8, 8))
    ordinary = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    ordinary.load_state_dict(collapsed_weights(network))
    torch.testing.assert_close(ordinary[1].running_mean, network[1].running_mean)
