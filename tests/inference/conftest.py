"""What tests that run a model share."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from napari_fsrcnn.inference import portable
from napari_fsrcnn.inference.prepared import Prepared
from napari_fsrcnn.weights.model import Model


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for what other threads or processes do."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch compute in so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model(make_model: Callable[..., Model]) -> Model:
    return make_model()


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the first tile in this process find too little memory, with networks that never did."""
    portable._network.cache_clear()
    forward, seen = Prepared.forward, list[int]()

    def run_out(self: Prepared, *given: Any) -> Tensor:
        seen.append(1)
        if len(seen) == 1:
            raise torch.OutOfMemoryError
        return forward(self, *given)

    monkeypatch.setattr(Prepared, "forward", run_out)
    yield
    portable._network.cache_clear()
