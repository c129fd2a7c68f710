"""What the peers of the benchmark of speed are given is the network itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from speed_layers import Array, Conv, Layer, PReLU, Shuffle, layers, load_network
from speed_peers import ENGINE, PEERS, PLAIN
from torch.nn import functional

from napari_fsrcnn.networks.network import as_module

CASES = [("fsrcnn", 2), ("fsrcnn", 3), ("fsrcnn-s", 4), ("srcnn-935", 2)]
SHAPE = (30, 34)
PLANE = np.random.default_rng(0).random(SHAPE, np.float32)


def run(layer: Layer, maps: torch.Tensor) -> torch.Tensor:
    match layer:
        case Conv(weight, bias, before, after):
            padded = functional.pad(maps, (before, after, before, after))
            return functional.conv2d(padded, torch.from_numpy(weight), torch.from_numpy(bias))
        case PReLU(slopes):
            return functional.prelu(maps, torch.from_numpy(slopes))
        case Shuffle(scale):
            return functional.pixel_shuffle(maps, scale)
    return torch.relu(maps)


def inside(plane: Array, border: int) -> Array:
    return plane[border:-border, border:-border]


@pytest.mark.parametrize(("architecture", "scale"), CASES)
def test_the_layers_are_the_network(architecture: str, scale: int) -> None:
    network = load_network(architecture, scale)
    maps = torch.from_numpy(PLANE)[None, None]
    expected = as_module(network)(maps)[0, 0].numpy()
    for layer in layers(network):
        maps = run(layer, maps)
    border = scale * network.halo
    np.testing.assert_allclose(
        inside(maps[0, 0].numpy(), border), inside(expected, border), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("name", [ENGINE, PLAIN])
@pytest.mark.parametrize(("architecture", "scale"), CASES)
def test_torch_s_peers_give_the_same(name: str, architecture: str, scale: int) -> None:
    network = load_network(architecture, scale)
    expected = as_module(network)(torch.from_numpy(PLANE)[None, None])[0, 0].numpy()
    found = PEERS[name](network, SHAPE, 1)(PLANE)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_shipped_weights_are_taken_and_padded_with_zeros() -> None:
    from napari_fsrcnn.weights.shipped import load_model

    network = load_network("fsrcnn", 3)
    assert network.hyperparameters["padding_mode"] == "zeros"
    shipped = as_module(load_model("fsrcnn-x3").network).state_dict()
    for name, weight in as_module(network).state_dict().items():
        assert torch.equal(weight, shipped[name])
