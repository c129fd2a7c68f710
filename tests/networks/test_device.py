"""Names of devices: what there is, what "auto" means, and what is refused."""

import pytest
import torch

from napari_fsrcnn.networks.device import available_devices, describe_device, resolve_device


def test_the_processor_is_always_there() -> None:
    assert available_devices()[:2] == ["auto", "cpu"]
    assert resolve_device("cpu") == torch.device("cpu")


def test_every_available_device_can_be_resolved_and_used() -> None:
    for name in available_devices():
        device = resolve_device(name)
        assert torch.ones(2, device=device).sum().item() == 2
        assert describe_device(device)


def test_auto_is_the_best_there_is() -> None:
    best = available_devices()[1:3][-1]
    assert resolve_device("auto") == torch.device(best)


@pytest.mark.parametrize("name", ["gpu", "", "CPU", "cuda:", "cuda:-1", "cuda:x", "cpu:0", "xla"])
def test_a_name_of_no_device_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be auto, cpu, cuda, cuda:N or mps, not"):
        resolve_device(name)


def test_a_device_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="no device cuda:99; it has cpu"):
        resolve_device("cuda:99")


@pytest.mark.parametrize(("threads", "words"), [(1, "CPU (1 thread)"), (2, "CPU (2 threads)")])
def test_the_processor_is_described_with_its_threads(
    threads: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert describe_device(torch.device("cpu")) == words
