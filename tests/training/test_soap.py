"""The optimiser: what it does to problems whose answers are known."""

import copy

import pytest
import torch
from torch import Tensor

from napari_fsrcnn.training import soap
from napari_fsrcnn.training.soap import Soap


def descend(optimizer: torch.optim.Optimizer, weight: Tensor, target: Tensor, steps: int) -> float:
    """Minimise a square whose directions are turned and very unequally steep."""
    loss = torch.tensor(0.0)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (target @ weight).square().sum()
        loss.backward()
        optimizer.step()
    return float(loss.detach())


@pytest.fixture
def steep() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    turn: Tensor = torch.linalg.qr(torch.randn(12, 12, generator=generator))[0]
    return torch.logspace(0, -2, 12)[:, None] * turn


def first_weight(*shape: int) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.randn(shape, generator=torch.Generator().manual_seed(1)))


def test_turned_and_unequal_directions_are_no_hindrance(steep: Tensor) -> None:
    ours, adams = first_weight(12, 5), first_weight(12, 5)
    turned = descend(Soap([ours], lr=0.03), ours, steep, 200)
    adam = descend(torch.optim.Adam([adams], lr=0.03), adams, steep, 200)
    assert turned < adam / 3


def test_a_vector_moves_as_adam_moves_it(steep: Tensor) -> None:
    ours, adams = first_weight(12), first_weight(12)
    descend(Soap([ours], lr=0.03), ours, steep, 50)
    descend(torch.optim.Adam([adams], lr=0.03, betas=(0.95, 0.95)), adams, steep, 50)
    torch.testing.assert_close(ours, adams)


def test_a_kernel_is_taken_as_one_matrix_in_either_memory_order(steep: Tensor) -> None:
    kernel, matrix = first_weight(12, 2, 3, 3), first_weight(12, 18)
    lying = copy.deepcopy(kernel)
    lying.data = lying.data.contiguous(memory_format=torch.channels_last)
    for weight in (kernel, lying, matrix):
        optimizer = Soap([weight], lr=0.03)
        for _ in range(15):
            optimizer.zero_grad()
            (steep @ weight.flatten(1)).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(kernel.flatten(1), matrix)
    torch.testing.assert_close(lying, kernel)


def test_a_side_that_is_too_long_keeps_its_own_directions(
    steep: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = descend(Soap([weight := first_weight(12, 13)], lr=0.03), weight, steep, 100)
    monkeypatch.setattr(soap, "LONGEST", 12)
    optimizer = Soap([weight := first_weight(12, 13)], lr=0.03)
    one = descend(optimizer, weight, steep, 100)
    assert one != both
    assert {"directions0", "directions1"} & set(optimizer.state[weight]) == {"directions0"}
    adam = descend(torch.optim.Adam([weight := first_weight(12, 13)], lr=0.03), weight, steep, 100)
    assert one < adam, (both, one, adam)


def test_where_inputs_are_too_many_channels_and_kernel_pixels_have_directions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gradient varies over channels only, by turned directions that are unequally steep."""
    generator = torch.Generator().manual_seed(2)
    turn = torch.linalg.qr(torch.randn(6, 6, generator=generator))[0]
    steep = torch.logspace(0, -2, 6)[:, None] * turn

    def end(optimizer: torch.optim.Optimizer, kernel: Tensor) -> float:
        for _ in range(200):
            optimizer.zero_grad()
            loss = torch.einsum("dc,ocij->odij", steep, kernel).square().sum()
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    monkeypatch.setattr(soap, "LONGEST", 6)
    optimizer = Soap([kernel := first_weight(4, 6, 2, 3)], lr=0.03)
    ours = end(optimizer, kernel)
    assert {len(optimizer.state[kernel][f"directions{axis}"]) for axis in range(3)} == {4, 6}
    adam = end(torch.optim.Adam([kernel := first_weight(4, 6, 2, 3)], lr=0.03), kernel)
    assert ours < adam / 3, (ours, adam)


def test_a_weight_without_gradient_stays(steep: Tensor) -> None:
    used, unused = first_weight(12, 5), first_weight(3, 3)
    before = unused.detach().clone()
    descend(Soap([used, unused], lr=0.03), used, steep, 3)
    assert torch.equal(unused, before)


def test_a_gradient_of_zero_changes_nothing() -> None:
    weight = first_weight(4, 3)
    before = weight.detach().clone()
    optimizer = Soap([weight], lr=0.03)
    for _ in range(3):
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    assert torch.equal(weight, before)
