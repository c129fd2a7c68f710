"""What the fields of a configuration do to a step, told by how far it moves the weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.patches import Batch
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.processes import start_fabric
from napari_fsrcnn.training.schedule import START
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.training.step import Step
from napari_fsrcnn.training.train import train

CPU = torch.device("cpu")
# SGD's first step moves the weights by the learning rate times the gradient.
PLAIN = TrainingConfig(
    arch="fsrcnn-s",
    scale=2,
    steps=20,
    batch=4,
    patch=12,
    lr=0.1,
    optimizer="sgd",
    schedule="constant",
    levels=False,
    device="cpu",
)

Weights = dict[str, Tensor]


def noise() -> LumaPair:
    random = np.random.default_rng(0)
    lr, hr = random.random((20, 20), np.float32), random.random((40, 40), np.float32)
    return LumaPair("noise", lr, hr, whole_levels=True)


def first_step(pair: LumaPair, **changes: Any) -> tuple[TrainingState, Step]:
    config = PLAIN.model_copy(update=changes)
    state = TrainingState(config, CPU)
    return state, Step(config, state, [pair], start_fabric(CPU, config.precision))


def moved(at: int = 0, **changes: Any) -> Weights:
    """Take one step, as if so many had been taken; return how far each weight has moved."""
    state, step = first_step(noise(), **changes)
    state.step = at
    before = weights_of(state.wide)
    step()
    return {name: weight - before[name] for name, weight in weights_of(state.wide).items()}


def weights_of(network: nn.Module) -> Weights:
    return {name: weight.detach().clone() for name, weight in network.named_parameters()}


def length(weights: Weights) -> float:
    return float(torch.cat([weight.flatten() for weight in weights.values()]).norm())


def assert_close(actual: Weights, expected: Weights) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-3, atol=1e-6)


def test_a_gradient_longer_than_clip_is_shortened_to_it() -> None:
    whole = length(moved()) / PLAIN.lr
    clip = whole / 10
    assert length(moved(clip=clip)) == pytest.approx(PLAIN.lr * clip, rel=1e-2)
    assert_close(moved(clip=2 * whole), moved())


def test_the_last_layer_moves_by_its_own_part_of_the_rate() -> None:
    expected = {
        name: way * (0.1 if name.startswith("deconvolution") else 1)
        for name, way in moved().items()
    }
    assert_close(moved(last_lr=0.1), expected)


@pytest.mark.parametrize(("at", "part"), [(0, START), (2, 1.0), (11, 0.5005)])
def test_a_step_moves_by_its_part_of_the_schedule(at: int, part: float) -> None:
    expected = {name: way * part for name, way in moved(at).items()}
    assert_close(moved(at, schedule="one-cycle"), expected)


@pytest.mark.parametrize("levels", [True, False])
def test_levels_vary_in_lr_and_hr_alike_if_that_is_asked_for(levels: bool) -> None:
    lr, hr = (np.full((size, size), 0.5, np.float32) for size in (20, 40))
    grey = LumaPair("grey", lr, hr, whole_levels=True)
    state, step = first_step(grey, arch="srcnn-915", loss="l1", levels=levels)
    seen: list[Tensor] = []
    state.wide.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    loss = float(step())
    assert (float(seen[0].max() - seen[0].min()) > 0.1) == levels
    # SRCNN's first weights hand a plane of one value on as it is.
    assert loss == pytest.approx(0, abs=1e-3)


def test_what_does_not_count_is_not_learnt_from() -> None:
    pair, margin = noise(), 3 * PLAIN.scale
    whole = slice(0, PLAIN.patch * PLAIN.scale)
    lr = torch.from_numpy(pair.lr)[None, None, : PLAIN.patch, : PLAIN.patch]
    hr = torch.from_numpy(pair.hr)[None, None, whole, whole]
    framed, within = torch.full_like(hr, 7), torch.zeros_like(hr)
    inside = (..., slice(margin, -margin), slice(margin, -margin))
    framed[inside], within[inside] = hr[inside], 1

    def step_on(target: Tensor, counts: Tensor) -> Weights:
        state, step = first_step(pair, batch=1)
        step.patches.draw = lambda: Batch(lr, target, counts)  # type: ignore[method-assign]
        step()
        return weights_of(state.wide)

    counts, everywhere = within / within.mean(), torch.ones_like(hr)
    assert_close(step_on(framed, counts), step_on(hr, counts))
    with pytest.raises(AssertionError):
        assert_close(step_on(framed, everywhere), step_on(hr, everywhere))


@pytest.mark.parametrize("margin", [0, 2])
def test_patches_are_drawn_with_the_margin_of_the_run(margin: int) -> None:
    _, step = first_step(noise(), margin=margin)
    counts = step.patches.draw().counts
    assert bool((counts == 0).any()) == (margin > 0)


def test_bf16_moves_about_as_float32_does() -> None:
    single, half = moved(), moved(precision="bf16")
    error = length({name: half[name] - single[name] for name in single}) / length(single)
    assert 1e-3 < error < 0.2


def test_a_run_in_bf16_keeps_its_state_in_float32(pictures: list[Pair], tmp_path: Path) -> None:
    states: list[Weights] = []
    for precision in ("float32", "bf16"):
        run = tmp_path / precision
        config = PLAIN.model_copy(update={"precision": precision, "run": run, "stop_after": 2})
        list(train(config, pictures=pictures))
        states.append(safetensors.torch.load_file(run / "state.safetensors"))
    single, half = states
    assert {half[name].dtype for name in half if name != "generator"} == {torch.float32}
    assert not half["wide.deconvolution.weight"].equal(single["wide.deconvolution.weight"])


@pytest.mark.skipif(not hasattr(torch.compiler, "set_stance"), reason="new in torch 2.6")
def test_the_network_is_compiled_if_that_is_asked_for() -> None:
    """What it then computes is seen in the test of convolutions: compiling takes half a minute."""
    torch.compiler.reset()
    with torch.compiler.set_stance("fail_on_recompile"):
        moved()
        with pytest.raises(RuntimeError, match="recompile"):
            moved(compile=True)
