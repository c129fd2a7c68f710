"""TF32 is off while it is to be, and then as it was: switches that are there without a GPU too."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from napari_fsrcnn.networks import single_precision
from napari_fsrcnn.networks.single_precision import TF32_SWITCH, whole_single_precision

CUDA = torch.device("cuda:0")


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    yield
    torch.set_float32_matmul_precision(before)


def held() -> bool:
    """Ask from another thread whether this one holds the switch."""
    with ThreadPoolExecutor(1) as others:
        free = others.submit(TF32_SWITCH.acquire, blocking=False).result()
        if free:
            others.submit(TF32_SWITCH.release).result()
    return not free


def values() -> list[object]:
    return [getattr(where, name) for where, name, _ in single_precision._switches()]


@pytest.mark.parametrize("wanted", ["highest", "high", "medium"])
def test_it_is_off_inside_and_then_what_it_was(wanted: str) -> None:
    torch.set_float32_matmul_precision(wanted)
    before = values()
    with whole_single_precision(CUDA):
        assert values() == [off for _, _, off in single_precision._switches()]
        assert held()
    assert values() == before
    assert torch.get_float32_matmul_precision() == wanted
    assert not held()


def test_it_is_put_back_after_an_error() -> None:
    before = values()
    with pytest.raises(ValueError, match="broken"), whole_single_precision(CUDA):
        raise ValueError("broken")
    assert values() == before


def test_elsewhere_nothing_is_switched() -> None:
    before = values()
    with whole_single_precision(torch.device("cpu")):
        assert values() == before
        assert not held()
