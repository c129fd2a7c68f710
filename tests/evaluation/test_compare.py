"""PSNR and SSIM between the arrays of two layers."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_fsrcnn.evaluation.compare import ComparisonStopped, compare
from napari_fsrcnn.files.pictures import read_picture
from napari_fsrcnn.image.metrics import psnr, ssim
from napari_fsrcnn.image.protocol import crop_to_multiple, luma, make_lr, to_levels
from napari_fsrcnn.image.resize import imresize

DataFolder = Callable[[str], Path]
RNG = np.random.default_rng(5)
RGB = RNG.integers(0, 256, (40, 50, 3), np.uint8)
NOISY = np.clip(RGB + RNG.normal(0, 8, RGB.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("scale", "psnr_db", "structure"),
    [(2, 33.661, 0.9299), (3, 30.392, 0.8682), (4, 28.421, 0.8104)],
)
def test_bicubic_on_set5_has_the_literatures_figures(
    data_folder: DataFolder, scale: int, psnr_db: float, structure: float
) -> None:
    figures = []
    for path in sorted(data_folder("Set5").glob("*.png")):
        hr = crop_to_multiple(luma(read_picture(path).data), scale)
        enlarged = to_levels(imresize(make_lr(hr, scale), scale) / 255)
        result = compare(hr.astype(np.uint8), enlarged.astype(np.uint8), rgb=False, shave=scale)
        assert result.data_range == 255
        figures.append((result.psnr, result.ssim))
    assert np.mean(figures, axis=0)[0] == pytest.approx(psnr_db, abs=0.03)
    assert np.mean(figures, axis=0)[1] == pytest.approx(structure, abs=0.0005)


def test_colour_is_measured_on_y_or_on_all_channels() -> None:
    on_y = compare(RGB, NOISY, rgb=True)
    planes = compare(luma(RGB).astype(np.uint8), luma(NOISY).astype(np.uint8), rgb=False)
    assert (on_y.psnr, on_y.ssim) == (planes.psnr, planes.ssim)
    on_all = compare(RGB, NOISY, rgb=True, channels="all", shave=3)
    assert on_all.psnr == psnr(RGB, NOISY, data_range=255, shave=3)
    assert on_all.ssim == ssim(RGB, NOISY, data_range=255, shave=3)
    assert (on_y.channels, on_all.channels) == ("luma", "all")


def with_alpha(picture: NDArray[np.uint8], value: int) -> NDArray[np.uint8]:
    return np.dstack([picture, np.full(picture.shape[:2], value, np.uint8)])


def test_alpha_does_not_count() -> None:
    assert compare(with_alpha(RGB, 255), with_alpha(NOISY, 9), rgb=True) == compare(
        RGB, NOISY, rgb=True
    )
    assert compare(RGB, with_alpha(NOISY, 9), rgb=True) == compare(RGB, NOISY, rgb=True)


@pytest.mark.parametrize("rgb", [False, True])
def test_a_stack_gives_the_mean_over_its_planes(rgb: bool) -> None:
    reference = np.stack([[RGB, NOISY], [RGB, RGB[::-1]]])
    image = np.stack([[NOISY, RGB[::-1]], [RGB[:, ::-1], NOISY]])
    if not rgb:
        reference, image = reference[..., 0], image[..., 0]
    each = [compare(reference[i, j], image[i, j], rgb=rgb) for i in (0, 1) for j in (0, 1)]
    whole = compare(reference, image, rgb=rgb)
    assert whole.psnr == pytest.approx(np.mean([one.psnr for one in each]))
    assert whole.ssim == pytest.approx(np.mean([one.ssim for one in each]))


@pytest.mark.parametrize("rgb", [False, True])
@pytest.mark.parametrize("gain", [1 / 255, 16.0, 1000.0])
def test_figures_do_not_depend_on_the_unit_of_the_values(gain: float, rgb: bool) -> None:
    reference, image = RGB.astype(np.float64), NOISY.astype(np.float64)
    if not rgb:
        reference, image = reference[..., 0], image[..., 0]
    base = compare(reference, image, rgb=rgb, data_range=255)
    scaled = compare(gain * reference, gain * image, rgb=rgb, data_range=gain * 255)
    assert scaled.psnr == pytest.approx(base.psnr)
    assert scaled.ssim == pytest.approx(base.ssim)


def test_progress_and_stop_go_by_planes() -> None:
    stack, stop, seen = np.stack([RGB[..., 0]] * 3), threading.Event(), []
    compare(stack, stack, rgb=False, progress=lambda *now: seen.append(now), stop=stop)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    with pytest.raises(ComparisonStopped):
        compare(stack, stack, rgb=False, progress=lambda *_: stop.set(), stop=stop)


def test_equal_images_and_bool() -> None:
    mask = RGB[..., 0] > 99
    result = compare(mask, mask.copy(), rgb=False)
    assert (result.psnr, result.ssim, result.data_range) == (np.inf, 1.0, 1.0)


def test_the_data_range_of_12_bits_in_uint16_is_what_the_values_span() -> None:
    reference = RGB[..., 0].astype(np.uint16) * 16
    result = compare(reference, reference + 16, rgb=False)
    assert result.data_range == pytest.approx(4080, rel=0.01)
    assert result.psnr == pytest.approx(20 * np.log10(result.data_range / 16))


def test_float_precisions_may_differ() -> None:
    reference = RGB[..., 0] / 255
    assert compare(reference, reference.astype(np.float32), rgb=False).psnr > 120
    assert compare(reference.astype(">f8"), reference, rgb=False).psnr == np.inf


@pytest.mark.parametrize(
    ("reference", "image", "rgb", "sentence"),
    [
        (RGB, RGB[:-1], True, "reference is 40 x 50 x 3 and the image 39 x 50 x 3: crop"),
        (RGB, RGB.astype(float), True, "reference is uint8 and the image float64: convert"),
        (RGB[..., 0], RGB[..., 0].astype(np.uint16), False, "one data type"),
        (np.ones((20, 20)) * 7, np.ones((20, 20)), False, "same value everywhere"),
        (RGB[..., 0], np.full((40, 50), np.nan), False, "NaN"),
        (np.ones((20, 20), complex), np.ones((20, 20)), False, "complex128"),
        (RGB[:9, :9], RGB[:9, :9], True, "at least 11 x 11"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    reference: NDArray[Any], image: NDArray[Any], rgb: bool, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        compare(reference, image, rgb=rgb)


@pytest.mark.parametrize("data_range", [0, -1.0])
def test_a_data_range_that_is_none_is_refused(data_range: float) -> None:
    with pytest.raises(ValueError, match=rf"above 0, not {data_range:g}\."):
        compare(RGB, RGB, rgb=True, data_range=data_range)


def test_the_largest_error_is_inside_the_border_and_of_what_is_measured() -> None:
    black = np.zeros((2, 20, 20), np.uint8)
    image = black.copy()
    image[0, 0, 0], image[0, 5, 6], image[1, 7, 7] = 200, 51, 20
    how: dict[str, Any] = {"data_range": 255}
    assert compare(black, image, rgb=False, shave=1, **how).largest_error == pytest.approx(0.2)
    assert compare(black, image, rgb=False, **how).largest_error == pytest.approx(200 / 255)
    # The first plane does not count where the baseline has no error in it.
    baseline = black.copy()
    baseline[1] = 1
    counted = compare(black, image, rgb=False, baseline=baseline, **how)
    assert counted.largest_error == pytest.approx(20 / 255)
    colour = [np.stack([each] * 3, axis=-1) for each in (black, image)]
    on_y = compare(*colour, rgb=True, shave=1, **how)
    assert on_y.largest_error == pytest.approx(44 / 255)  # Y spans 219 of 255 levels
    of_all = compare(*colour, rgb=True, shave=1, channels="all", **how)
    assert of_all.largest_error == pytest.approx(0.2)
