"""Losses: their formulas, and which of them a run takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from napari_fsrcnn.training.config import Loss, TrainingConfig
from napari_fsrcnn.training.losses import CHARBONNIER, MSE_FROM, pixel_loss, training_loss

Patches = NDArray[np.float32]

CPU = torch.device("cpu")
PATCHES = npst.arrays(np.float32, (2, 1, 3, 4), elements=st.floats(-0.25, 1.25, width=32))

FORMULAS: dict[Loss, Callable[[NDArray[np.float64]], Any]] = {
    "l1": lambda error: np.abs(error).mean(),
    "mse": lambda error: np.square(error).mean(),
    "rmse": lambda error: np.sqrt(np.square(error).mean((1, 2, 3)) + 1e-6).mean(),
    "charbonnier": lambda error: np.sqrt(np.square(error) + 1e-6).mean(),
}


def value(loss: Loss, progress: float, output: Patches, target: Patches) -> float:
    planes = torch.from_numpy(output), torch.from_numpy(target)
    return float(pixel_loss(loss, progress, *planes, torch.ones(output.shape)))


@pytest.mark.parametrize("loss", FORMULAS)
@given(output=PATCHES, target=PATCHES, progress=st.floats(0, 1))
def test_a_pixel_loss_is_the_mean_of_its_formula(
    loss: Loss, output: Patches, target: Patches, progress: float
) -> None:
    error = output.astype(np.float64) - target
    expected = FORMULAS[loss](error)
    assert value(loss, progress, output, target) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("loss", FORMULAS)
@given(output=PATCHES, target=PATCHES)
def test_a_pixel_counts_what_is_said(loss: Loss, output: Patches, target: Patches) -> None:
    counts = torch.zeros(output.shape)
    counts[..., 1:] = 4 / 3  # a mean of 1 over the four columns
    planes = torch.from_numpy(output), torch.from_numpy(target), counts
    expected = value(loss, 0, output[..., 1:], target[..., 1:])
    assert float(pixel_loss(loss, 0, *planes)) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@given(output=PATCHES, target=PATCHES, progress=st.floats(0, 1))
def test_l1_mse_is_l1_and_then_mse(output: Patches, target: Patches, progress: float) -> None:
    now: Loss = "mse" if progress >= MSE_FROM else "l1"
    assert value("l1-mse", progress, output, target) == value(now, progress, output, target)


def test_rmse_weighs_a_patch_by_its_error_and_mse_by_the_square() -> None:
    error = torch.tensor([0.1, 0.3]).view(2, 1, 1, 1).expand(2, 1, 4, 4).clone()
    ratios = {}
    losses: list[Loss] = ["rmse", "mse"]
    for loss in losses:
        output = error.clone().requires_grad_()
        zeros, ones = torch.zeros_like(error), torch.ones_like(error)
        pixel_loss(loss, 0, output, zeros, ones).backward()
        assert output.grad is not None
        ratios[loss] = float(output.grad[1].mean() / output.grad[0].mean())
    assert ratios == pytest.approx({"rmse": 1, "mse": 3}, rel=1e-3)


def test_charbonnier_has_a_gradient_where_nothing_is_wrong() -> None:
    output = torch.zeros(1, 1, 2, 2, requires_grad=True)
    loss = pixel_loss("charbonnier", 0, output, torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    loss.backward()
    assert loss.item() == pytest.approx(CHARBONNIER)
    assert output.grad is not None
    assert output.grad.abs().max() == 0


@pytest.mark.parametrize("loss", ["rmse", "l1", "mse", "l1-mse", "charbonnier"])
def test_a_run_takes_the_loss_of_its_configuration(loss: Loss) -> None:
    output, target = torch.full((1, 1, 2, 2), 0.5), torch.zeros(1, 1, 2, 2)
    planes = output, target, torch.ones(1, 1, 2, 2)
    of_the_run = training_loss(TrainingConfig(loss=loss), CPU)
    for progress in (0.0, 1.0):
        assert of_the_run(progress, *planes) == pixel_loss(loss, progress, *planes)


def test_the_perceptual_loss_is_added_with_its_weight(data_folder: Callable[[str], Path]) -> None:
    (file,) = data_folder("vgg16").glob("*.npz")
    random = torch.Generator().manual_seed(0)
    output, target = torch.rand((2, 1, 1, 24, 24), generator=random)
    counts = torch.ones_like(output)

    def loss(weight: float, output: torch.Tensor = output) -> float:
        config = TrainingConfig(loss="mse-perceptual", vgg_file=file, vgg_weight=weight)
        return float(training_loss(config, CPU)(0.0, output, target, counts))

    mse = value("mse", 0, output.numpy(), target.numpy())
    assert loss(0) == pytest.approx(mse)
    assert loss(1) > mse * 1.01
    assert loss(3) - mse == pytest.approx(3 * (loss(1) - mse), rel=1e-3)
    counts[..., :4] = 0
    spoilt = output.clone()
    spoilt[..., :4] = 9
    assert loss(1, spoilt) == loss(1) != mse
