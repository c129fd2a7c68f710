"""Patches are the same wherever the pictures lie."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.datasets import flat
from napari_fsrcnn.datasets.flat import Flat, HostFlat, fits
from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.patches import PatchSampler

CPU = torch.device("cpu")
PLANES = [np.random.default_rng(n).random((6 + n, 9 - n)).astype(np.float32) for n in range(3)]

need_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")


@given(
    plane=st.lists(st.integers(0, 2), min_size=1, max_size=8),
    turns=st.lists(st.booleans(), min_size=3, max_size=3),
    y=st.integers(0, 2),
    x=st.integers(0, 3),
)
def test_host_and_device_read_the_same(plane: list[int], turns: list[bool], y: int, x: int) -> None:
    on_device, on_host = (kind(PLANES, CPU) for kind in (Flat, HostFlat))
    n = len(plane)
    where = (torch.tensor(plane), torch.tensor([[y, x]] * n), 4, torch.tensor([turns] * n))
    read = on_host.read(*where)
    assert torch.equal(read, on_device.read(*where))
    for patch, index in zip(read[:, 0].numpy(), plane, strict=True):
        expected = PLANES[index][y : y + 4, x : x + 4]
        for axis in (0, 1):
            expected = np.flip(expected, axis) if turns[axis] else expected
        np.testing.assert_array_equal(patch, expected.T if turns[2] else expected)


def test_on_the_cpu_any_size_fits() -> None:
    assert fits(2**60, CPU)


@need_a_gpu
def test_a_gpu_has_room_for_a_part_of_its_memory_only() -> None:
    device = torch.device("cuda")
    assert fits(1000, device)
    assert not fits(torch.cuda.mem_get_info(device)[0], device)


@need_a_gpu
def test_a_gpu_draws_the_same_patches_from_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [
        LumaPair("a/b", plane, np.kron(plane, np.ones((2, 2), np.float32)), True)
        for plane in PLANES
    ]
    drawn, states = [], []
    for share in (flat.SHARE, 0):
        monkeypatch.setattr(flat, "SHARE", share)
        generator = torch.Generator("cuda").manual_seed(3)
        sampler = PatchSampler(pairs, 2, 4, 16, 1, generator)
        drawn.append([sampler.draw() for _ in range(20)])
        states.append(generator.get_state())
    for on_device, on_host in zip(*drawn, strict=True):
        assert all(torch.equal(*two) for two in zip(on_device, on_host, strict=True))
    assert torch.equal(*states)
