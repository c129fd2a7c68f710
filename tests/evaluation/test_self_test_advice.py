"""What a self-test advises, in words."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage import data

from napari_fsrcnn.evaluation.self_test import self_test
from napari_fsrcnn.evaluation.self_test_result import Region, SelfTest, rank
from napari_fsrcnn.files.pictures import read_picture
from napari_fsrcnn.weights.model import Model

DataFolder = Callable[[str], Path]
MakeModel = Callable[..., Model]

CAMERA = data.camera()[100:300, 150:351]


def test_a_model_that_spoils_the_picture_is_not_advised(make_model: MakeModel) -> None:
    result = self_test(CAMERA, 2, [make_model(2)], device="cpu")
    lost = f"loses {-result.best.psnr_gain:.2f} dB against bicubic"
    assert result.best.psnr_gain < 0
    assert result.advice == (
        f"On this picture random {lost}. Use bicubic, or train a model on your own pictures."
    )
    two = self_test(CAMERA, 2, [make_model(2), make_model(2)], device="cpu")
    assert f"even the best model, random, {lost}" in two.advice


@pytest.mark.parametrize(
    ("psnr_gain", "ssim_gain", "sentence"),
    [
        (-0.004, 0.1, "On this picture a makes no difference to bicubic. Use bicubic, or train"),
        (0.004, 0.1, "On this picture a makes no difference to bicubic."),
        (-0.006, 0.1, "On this picture a loses 0.01 dB against bicubic."),
        (0.04, 0.1, "gains only 0.04 dB over bicubic, too little to be seen. Use bicubic"),
        (0.2, 0.001, "Use a: it gains 0.20 dB over bicubic on this picture."),
        (0.2, -0.02, "on this picture. Its SSIM is lower, though, by 0.0200: compare the results."),
    ],
)
def test_small_gains_and_figures_that_disagree_are_told(
    psnr_gain: float, ssim_gain: float, sentence: str
) -> None:
    bicubic, best = rank(
        [("bicubic", 30, 0.8, 40, 0.1), ("a", 30 + psnr_gain, 0.8 + ssim_gain, 40, 0.1)]
    )
    region = Region(np.zeros((1, 1), np.float32), (0, 0))
    result = SelfTest(2, bicubic, (best,), region, "", 4096, 255, rgb=False, channels="luma")
    assert sentence in result.advice
    assert "Only" not in result.advice


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_of_small_errors_it_is_told_how_large_they_are_at_most(dtype: type) -> None:
    cell = data.cell() / 255 * (1 if dtype is np.float32 else np.iinfo(dtype).max)
    result = self_test(cell.round(4).astype(dtype), 3, device="cpu")
    assert min(result.bicubic.psnr, result.best.psnr) > 20 * np.log10(255)
    largest = [255 * each.largest_error for each in (result.bicubic, result.best)]
    assert min(largest) > 1
    assert (
        f"Both errors are small on the whole (above 48 dB); the largest is {largest[0]:.2g} of 255 "
        f"levels with bicubic and {largest[1]:.2g} with {result.best.name}."
    ) in result.advice


def test_a_loss_is_named_however_small_the_errors_are() -> None:
    blurred = gaussian_filter(CAMERA.astype(float), 4).round().astype(np.uint8)
    result = self_test(blurred, 2, ["fsrcnn-x2"], device="cpu")
    assert result.bicubic.psnr > 50
    lost = f"fsrcnn-x2 loses {-result.best.psnr_gain:.2f} dB against bicubic. Use bicubic"
    assert lost in result.advice
    assert "the largest is 1 of 255 levels with bicubic" in result.advice


def test_of_a_few_bright_spots_the_gain_is_told_and_the_largest_error() -> None:
    """The rest, which is black, makes the mean error small that looks wrong in every spot."""
    dark = np.full((300, 300), 10.0)
    for row, column in ((40, 50), (91, 120), (150, 30)):
        dark[row - 1 : row + 2, column - 1 : column + 2] = 210
    spots = gaussian_filter(dark, 0.6).round().astype(np.uint8)
    result = self_test(spots, 2, ["fsrcnn-x2"], device="cpu")
    assert result.advice.startswith("Use fsrcnn-x2: it gains")
    assert 255 * result.bicubic.largest_error > 20
    assert f"the largest is {255 * result.bicubic.largest_error:.2g} of 255 levels" in result.advice


def test_the_largest_error_is_that_of_what_counts() -> None:
    stack = np.stack([CAMERA, np.full_like(CAMERA, 255)])
    result = self_test(stack, 2, ["fsrcnn-x2"], value_range=(0, 120), device="cpu")
    alone = self_test(CAMERA, 2, ["fsrcnn-x2"], value_range=(0, 120), device="cpu")
    assert "less 1 plane" in result.sample
    assert result.best.largest_error == alone.best.largest_error


def test_without_any_error_of_bicubic_there_is_nothing_to_gain() -> None:
    ramp = np.arange(0, 240, 4, dtype=np.uint8)[:, np.newaxis].repeat(60, axis=1)
    result = self_test(ramp, 2, ["fsrcnn-x2"], device="cpu")
    assert result.bicubic.psnr == np.inf
    assert result.advice.startswith(
        "Bicubic restores this picture without error: there is nothing to gain."
    )
    assert "Both errors" not in result.advice


def test_of_few_pixels_it_is_said_that_they_are_few() -> None:
    caution = "pixels were measured, too few to be sure: test a larger picture of this kind."
    noisy = CAMERA[40:61, 100:121]
    alone = self_test(noisy, 3, ["fsrcnn-x3"], device="cpu")
    assert alone.pixels == 225
    assert f" Only 225 {caution}" in alone.advice
    empty = np.full_like(noisy, 77)
    stack = self_test(np.stack([noisy, *[empty] * 30]), 3, ["fsrcnn-x3"], device="cpu")
    assert stack.pixels == 225
    assert caution in stack.advice
    larger = self_test(CAMERA[:72, :72], 3, ["fsrcnn-x3"], device="cpu")
    assert larger.pixels == 66**2
    assert caution not in larger.advice


def test_a_picture_that_models_have_seen_is_told(
    make_model: MakeModel, data_folder: DataFolder
) -> None:
    learnt = read_picture(data_folder("T91") / "t1.png").data
    with_alpha = np.dstack([learnt, np.full(learnt.shape[:2], 255, np.uint8)])
    models: list[str | Model] = ["fsrcnn-x3", make_model(3)]
    one = self_test(with_alpha, 3, models, rgb=True, device="cpu")
    assert one.seen_by == ("fsrcnn-x3",)
    sentence = "fsrcnn-x3 was trained or chosen on this picture, so its gain says little."
    assert one.advice.endswith(f" {sentence}")
    assert json.loads(one.to_json())["seen_by"] == ["fsrcnn-x3"]
    stack = np.stack([learnt, learnt[::-1]])
    three = self_test(
        stack, 3, ["fsrcnn-x3", "fsrcnn-s-x3", "srcnn-915-x3"], rgb=True, device="cpu"
    )
    assert three.advice.endswith(
        " fsrcnn-x3, fsrcnn-s-x3 and srcnn-915-x3 were trained or chosen on this picture, so their "
        "gains say little."
    )
    assert self_test(learnt[1:], 3, models, rgb=True, device="cpu").seen_by == ()
