"""What every network promises: its output's size, its halo, and how to build it again."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.networks.registry import get_architecture

SIDE = 31
MIDDLE = SIDE // 2

architectures = st.sampled_from(
    [
        ("fsrcnn", {"d": 4, "s": 3, "m": 4}),
        ("fsrcnn", {"d": 3, "s": 2, "m": 0, "deconv_padding": 3}),
        ("fsrcnn-s", {"padding_mode": "zeros", "prelu": "layer"}),
        ("srcnn-915", {}),
        ("srcnn-955", {"padding_mode": "zeros"}),
    ]
)
networks = st.tuples(architectures, st.integers(2, 4))


def build(name: str, hyperparameters: dict[str, object], scale: int) -> Network:
    torch.manual_seed(8)
    network = get_architecture(name).build(scale, **hyperparameters)
    # All above zero: nothing cancels, and no ReLU hides what a pixel depends on.
    for parameter in as_module(network).double().parameters():
        torch.nn.init.uniform_(parameter, 0.01, 0.1)
    return network


@torch.no_grad()
def reach(network: Network, y: int, x: int) -> int:
    """Change one LR pixel, and find how far from it in LR pixels the output changes."""
    lr = torch.rand(1, 1, SIDE, SIDE, dtype=torch.float64)
    changed = lr.clone()
    changed[0, 0, y, x] += 1
    module = as_module(network)
    difference = ((module(changed) - module(lr))[0, 0] / module(lr)[0, 0]).abs() > 1e-12
    positions = torch.nonzero(difference) // network.scale
    return int((positions - torch.tensor([y, x])).abs().max())


@settings(max_examples=30)
@given(network=networks, y=st.integers(0, SIDE - 1), x=st.integers(0, SIDE - 1))
def test_nothing_outside_the_halo_counts(
    network: tuple[tuple[str, dict[str, object]], int], y: int, x: int
) -> None:
    (name, hyperparameters), scale = network
    built = build(name, hyperparameters, scale)
    assert reach(built, y, x) <= built.halo


# SRCNN's is at some scales a pixel wider: bicubic's two pixels are on one side of a phase only.
@pytest.mark.parametrize(("name", "spare"), [("fsrcnn-s", 0), ("srcnn-915", 1)])
@pytest.mark.parametrize("scale", range(2, 9))
def test_the_halo_is_no_wider_than_needed(name: str, scale: int, spare: int) -> None:
    network = build(name, {}, scale)
    assert network.halo - spare <= reach(network, MIDDLE, MIDDLE) <= network.halo


@pytest.mark.parametrize(
    ("name", "scale", "halo"),
    [
        ("fsrcnn", 2, 8),
        ("fsrcnn", 3, 7),
        ("fsrcnn", 4, 7),
        ("fsrcnn-s", 2, 5),
        # 6 and 8 HR pixels of the convolutions in LR pixels, and 2 of bicubic.
        ("srcnn-915", 2, 5),
        ("srcnn-915", 3, 4),
        ("srcnn-955", 3, 5),
        ("srcnn-955", 4, 4),
    ],
)
def test_halos_of_the_papers_networks(name: str, scale: int, halo: int) -> None:
    assert get_architecture(name).build(scale).halo == halo


@settings(max_examples=20)
@given(network=networks, height=st.integers(1, 7), width=st.integers(1, 7))
def test_the_output_is_exactly_scale_times_as_large(
    network: tuple[tuple[str, dict[str, object]], int], height: int, width: int
) -> None:
    (name, hyperparameters), scale = network
    built = build(name, hyperparameters, scale)
    lr = torch.rand(2, 1, height, width, dtype=torch.float64)
    assert as_module(built)(lr).shape == (2, 1, scale * height, scale * width)


@settings(max_examples=20)
@given(network=networks)
def test_its_hyperparameters_build_it_again(
    network: tuple[tuple[str, dict[str, object]], int],
) -> None:
    (name, hyperparameters), scale = network
    built = build(name, hyperparameters, scale)
    stored = json.loads(json.dumps(dict(built.hyperparameters)))
    again = get_architecture(name).build(scale, **stored)
    assert again.hyperparameters == built.hyperparameters
    assert (again.scale, again.halo) == (built.scale, built.halo)
    module = as_module(again).double()
    module.load_state_dict(as_module(built).state_dict())
    lr = torch.rand(1, 1, 5, 6, dtype=torch.float64)
    torch.testing.assert_close(module(lr), as_module(built)(lr), rtol=0, atol=0)
