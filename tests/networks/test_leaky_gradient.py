"""Filters that ReLU switched off come back; what the network computes stays as it is."""

import copy

import pytest
import torch

from napari_fsrcnn.networks.leaky_gradient import leak_gradients
from napari_fsrcnn.networks.srcnn import SRCNN


@pytest.fixture
def network() -> SRCNN:
    torch.manual_seed(5)
    return SRCNN(2, (3, 1, 3))


@torch.no_grad()
def test_the_network_computes_what_it_did(network: SRCNN) -> None:
    leaking = copy.deepcopy(network)
    leak_gradients(leaking, 0.1)
    lr = torch.rand(2, 1, 9, 7)
    assert torch.equal(leaking(lr), network(lr))
    assert leaking.state_dict().keys() == network.state_dict().keys()


@pytest.mark.parametrize(("leak", "alive"), [(0.0, False), (0.1, True)])
def test_a_dead_filter_comes_back(network: SRCNN, leak: float, alive: bool) -> None:
    lr = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        network.map.weight[3] = 0.0
        network.map.get_parameter("bias")[3] = -0.01
        network.reconstruct.weight[:, 3] = 1.0  # it would brighten the picture
    leak_gradients(network, leak)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.001)
    for _ in range(20):
        optimizer.zero_grad()
        (network(lr) - 2).square().mean().backward()
        optimizer.step()
    mapped = network.map(torch.relu(network.extract(network.bicubic(lr))))
    assert bool((mapped[:, 3] > 0).any()) is alive
