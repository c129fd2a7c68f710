"""What changes during a run: its first values, its averages, and its way to disk and back."""

from pathlib import Path
from typing import Any

import pytest
import torch

from napari_fsrcnn.networks.collapsible import collapsed_weights
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.loss_meter import Diverged
from napari_fsrcnn.training.state import TrainingState

CPU = torch.device("cpu")
CONFIG = TrainingConfig(arch="fsrcnn-s", scale=2, width=8)

Weights = dict[str, torch.Tensor]


def new_state(**changes: Any) -> TrainingState:
    return TrainingState(CONFIG.model_copy(update=changes), CPU)


def take_steps(state: TrainingState, number: int) -> None:
    for _ in range(number):
        lr = torch.rand(1, 1, 8, 8, generator=state.generator)
        state.optimizer.zero_grad()
        state.wide(lr).square().mean().backward()
        state.optimizer.step()
        state.step += 1
        state.update_average()


def weights(network: Network) -> Weights:
    return {name: weight.clone() for name, weight in as_module(network).state_dict().items()}


def equal(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(weight, other[name]) for name, weight in one.items()
    )


def close(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(
        torch.allclose(weight, other[name], atol=1e-6) for name, weight in one.items()
    )


def test_the_seed_decides_the_first_weights_and_the_callers_random_numbers_stay() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    first, second, other = (new_state(seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.rand(1), expected)
    assert equal(weights(first.average), weights(second.average))
    assert not equal(weights(first.average), weights(other.average))
    assert torch.equal(first.generator.get_state(), second.generator.get_state())


@pytest.mark.parametrize("width", [0, 8])
def test_what_is_optimised_begins_as_what_is_averaged(width: int) -> None:
    state = new_state(width=width)
    lr = torch.rand(1, 1, 9, 7, generator=state.generator)
    torch.testing.assert_close(state.wide(lr), as_module(state.average)(lr))


@pytest.mark.parametrize("leak", [0.1, 0.0])
def test_only_what_is_optimised_leaks_gradients(leak: float) -> None:
    state = new_state(arch="srcnn-915", leak=leak)
    off = torch.full((3,), -1.0, requires_grad=True)
    for network, factor in ((state.wide, leak), (as_module(state.average), 0.0)):
        rectified = network.get_submodule("rectify")(off)
        (gradient,) = torch.autograd.grad(rectified.sum(), off)
        assert gradient.tolist() == pytest.approx([factor] * 3)


@pytest.mark.parametrize("width", [0, 8])
def test_without_an_average_the_weights_are_the_last_ones(width: int) -> None:
    state = new_state(average=0.0, width=width)
    before = weights(state.average)
    take_steps(state, 3)
    assert close(weights(state.average), dict(collapsed_weights(state.wide)))
    assert not close(weights(state.average), before)


def test_the_average_decays_as_configured() -> None:
    state = new_state(average=0.5)
    take_steps(state, 20)
    before = weights(state.average)
    take_steps(state, 1)
    last = collapsed_weights(state.wide)
    middle = {name: (weight + last[name]) / 2 for name, weight in before.items()}
    assert close(weights(state.average), middle)


def test_the_first_average_forgets_quickly() -> None:
    """A long average would hold on to the random weights of the beginning."""
    state = new_state(average=0.999)
    before = weights(state.average)
    take_steps(state, 1)
    last = collapsed_weights(state.wide)
    expected = {name: weight + (last[name] - weight) * 10 / 11 for name, weight in before.items()}
    assert close(weights(state.average), expected)


def test_the_best_is_kept() -> None:
    state = new_state()
    for psnr in (30.0, 32.0, 31.0, 32.0):
        take_steps(state, 1)
        if psnr > (state.best_psnr or 0):
            best = weights(state.average)
        state.keep_best(psnr)
    assert (state.best_psnr, state.best_step, state.step) == (32.0, 2, 4)
    assert equal(weights(state.best), best)


def test_weights_that_are_no_numbers_are_left_for_the_last_sound_ones() -> None:
    state = new_state()
    take_steps(state, 2)
    state.keep_sound()
    sound = weights(state.average)
    with torch.no_grad():
        next(state.wide.parameters()).fill_(float("nan"))
    take_steps(state, 1)
    with pytest.raises(Diverged, match="no longer numbers"):
        state.keep_sound()
    assert not equal(weights(state.average), sound)
    state.go_back()
    assert equal(weights(state.average), sound)
    assert state.step == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": optimizer, "width": width, "learn": learn, "start": None}
        for optimizer, width, learn in [
            ("soap", 0, "all"),
            ("soap", 8, "all"),
            ("adam", 8, "all"),
            ("adam", 0, "all"),
            ("sgd", 8, "all"),
            ("sgd", 0, "all"),
            ("soap", 0, "last"),
        ]
    ]
    + [{"arch": "srcnn-915", "width": 0}, {"arch": "srcnn-955", "width": 0}],
)
def test_a_state_goes_on_from_its_file_as_if_nothing_had_been(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    state, file = new_state(**changes), tmp_path / "state.safetensors"
    take_steps(state, 3)
    state.keep_best(30.0)
    take_steps(state, 2)
    state.seconds, state.batch = 12.5, 7
    state.save(file)
    loaded = new_state(**changes, seed=9)
    loaded.load(file)
    assert (loaded.step, loaded.seconds, loaded.batch) == (5, 12.5, 7)
    assert (loaded.best_psnr, loaded.best_step) == (30.0, 3)
    assert equal(weights(loaded.best), weights(state.best))
    for each in (state, loaded):
        take_steps(each, 3)
    assert equal(dict(loaded.wide.state_dict()), dict(state.wide.state_dict()))
    assert equal(weights(loaded.average), weights(state.average))


def test_layers_that_share_their_weights_are_saved(tmp_path: Path) -> None:
    state, file = new_state(hyperparameters={"m": 2}, width=0), tmp_path / "state.safetensors"
    for network in (state.wide, as_module(state.average)):
        features = network.get_submodule("features")
        assert isinstance(features, torch.nn.Sequential)
        features[6] = features[4]
    state.save(file)
    loaded = new_state(hyperparameters={"m": 2}, width=0, seed=9)
    loaded.load(file)
    assert equal(weights(loaded.average), weights(state.average))


def test_a_state_that_goes_on_does_not_read_what_it_started_from(tmp_path: Path) -> None:
    gone = CONFIG.model_copy(update={"start": tmp_path / "gone.safetensors"})
    with pytest.raises(FileNotFoundError):
        TrainingState(gone, CPU)
    assert TrainingState(gone, CPU, resuming=True).step == 0


def test_a_state_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing to resume"):
        new_state().load(tmp_path / "state.safetensors")


@pytest.mark.parametrize(
    "changes", [{"width": 4}, {"width": 0}, {"arch": "srcnn-915"}, {"learn": "last"}]
)
def test_a_state_of_another_configuration_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    state, file = new_state(), tmp_path / "state.safetensors"
    take_steps(state, 1)
    state.save(file)
    with pytest.raises(ValueError, match=r"state\.safetensors can't be resumed"):
        new_state(**changes).load(file)


def test_a_state_of_another_optimiser_is_refused(tmp_path: Path) -> None:
    state, file = new_state(optimizer="adam"), tmp_path / "state.safetensors"
    take_steps(state, 1)
    state.save(file)
    other = new_state(optimizer="sgd")
    with pytest.raises(ValueError, match="its optimizer is adam and the configuration says sgd"):
        other.load(file)
    assert other.step == 0


@pytest.mark.parametrize(("before", "now", "batch"), [("2", "1", 12), ("1", "3", 2), ("2", "4", 3)])
def test_other_processes_share_the_batch_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, now: str, batch: int
) -> None:
    state, file = new_state(), tmp_path / "state.safetensors"
    state.batch = 6
    monkeypatch.setenv("WORLD_SIZE", before)
    state.save(file)
    monkeypatch.setenv("WORLD_SIZE", now)
    loaded = new_state()
    loaded.load(file)
    assert loaded.batch == batch


def test_a_batch_that_can_not_be_shared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, file = new_state(), tmp_path / "state.safetensors"
    state.batch = 7
    state.save(file)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match="7 patches in a step, which 2 processes can't share"):
        new_state().load(file)


def test_after_a_resume_the_sound_weights_are_the_loaded_ones(tmp_path: Path) -> None:
    state, file = new_state(), tmp_path / "state.safetensors"
    take_steps(state, 3)
    state.save(file)
    loaded = new_state()
    loaded.load(file)
    take_steps(loaded, 1)
    loaded.go_back()
    assert loaded.step == 3
    assert equal(weights(loaded.average), weights(state.average))


def test_a_state_of_weights_that_are_no_numbers_is_refused(tmp_path: Path) -> None:
    state, file = new_state(), tmp_path / "state.safetensors"
    with torch.no_grad():
        next(state.wide.parameters()).fill_(float("nan"))
    take_steps(state, 1)
    state.save(file)
    with pytest.raises(ValueError, match=r"can't be resumed: The weights were no longer numbers"):
        new_state().load(file)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.5, 0.999])
def test_a_damaged_state_is_refused(tmp_path: Path, part: float) -> None:
    state, file = new_state(), tmp_path / "state.safetensors"
    take_steps(state, 1)
    state.save(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(part * len(content))])
    with pytest.raises(ValueError, match=r"state\.safetensors can't be resumed"):
        new_state().load(file)
