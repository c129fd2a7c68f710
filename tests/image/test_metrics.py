"""PSNR and SSIM against their formulas and scikit-image."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio

from napari_fsrcnn.image.metrics import psnr, ssim

pairs = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9).flatmap(
    lambda shape: st.tuples(hnp.arrays(np.uint8, shape), hnp.arrays(np.uint8, shape))
)


def noisy_pair(shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(4)
    reference = random.uniform(0, 255, shape)
    return reference, reference + random.normal(0, 20, shape)


def ssim_by_definition(x: NDArray[np.float64], y: NDArray[np.float64], data_range: float) -> float:
    """Wang et al. 2004: equation 13 under an 11 x 11 Gaussian, at whole windows only."""
    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(taps, taps) / taps.sum() ** 2

    def local_mean(image: NDArray[np.float64]) -> NDArray[np.float64]:
        windows = sliding_window_view(image, (11, 11))
        return np.asarray(np.tensordot(windows, window, axes=2))

    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    mean_x, mean_y = local_mean(x), local_mean(y)
    variance_x = local_mean(x * x) - mean_x**2
    variance_y = local_mean(y * y) - mean_y**2
    covariance = local_mean(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return float((luminance * structure).mean())


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
@pytest.mark.parametrize(
    ("difference", "data_range", "decibels"),
    [(25.5, 255, 20), (0.001, 1, 60), (-6553.5, 65535, 20), (510, 255, -20 * math.log10(2))],
)
def test_psnr_of_a_constant_difference(
    shape: tuple[int, ...], difference: float, data_range: float, decibels: float
) -> None:
    black = np.zeros(shape)
    assert psnr(black, black + difference, data_range=data_range) == pytest.approx(decibels)


@given(pair=pairs)
def test_psnr_is_scikit_image_s(pair: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
    reference, image = pair
    found = psnr(reference, image, data_range=255)
    if (reference == image).all():
        assert found == math.inf
    else:
        assert found == pytest.approx(peak_signal_noise_ratio(reference, image, data_range=255))
    assert psnr(image, reference, data_range=255) == found


@pytest.mark.parametrize("measure", [psnr, ssim])
@pytest.mark.parametrize("shave", [1, 3])
def test_only_what_lies_inside_the_border_counts(measure: Any, shave: int) -> None:
    reference, image = noisy_pair((20, 24, 3))
    inside = np.s_[shave:-shave, shave:-shave]
    expected = measure(reference[inside], image[inside], data_range=255)
    image[:shave], image[-shave:], image[:, :shave], image[:, -shave:] = 1e6, -1e6, 1e6, -1e6
    assert measure(reference, image, data_range=255, shave=shave) == expected


@pytest.mark.parametrize("measure", [psnr, ssim])
@pytest.mark.parametrize("dtype", ["u1", "i1", ">u2", "f4"])
def test_the_dtype_does_not_matter(measure: Any, dtype: str) -> None:
    # In uint8 a difference of 0 - 1 would be 255.
    reference = np.random.default_rng(0).integers(0, 100, (12, 12)).astype(dtype)
    image = np.random.default_rng(1).integers(0, 100, (12, 12)).astype(dtype)
    expected = measure(reference.astype(float), image.astype(float), data_range=100)
    assert measure(reference, image, data_range=100) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", [(11, 11), (16, 23)])
@pytest.mark.parametrize("data_range", [255, 1000])
def test_ssim_is_what_the_paper_says(shape: tuple[int, int], data_range: float) -> None:
    reference, image = noisy_pair(shape)
    expected = ssim_by_definition(reference, image, data_range)
    assert ssim(reference, image, data_range=data_range) == pytest.approx(expected, abs=1e-9)


def test_ssim_of_two_constants() -> None:
    dark, bright = np.full((12, 12), 50.0), np.full((12, 12), 200.0)
    c1 = 2.55**2
    expected = (2 * 50 * 200 + c1) / (50**2 + 200**2 + c1)
    assert ssim(dark, bright, data_range=255) == pytest.approx(expected, abs=1e-12)


def test_ssim_of_color_is_the_mean_over_the_channels() -> None:
    reference, image = noisy_pair((15, 14, 4))
    channels = [ssim(reference[..., c], image[..., c], data_range=255) for c in range(4)]
    assert ssim(reference, image, data_range=255) == pytest.approx(np.mean(channels))


def test_equal_pictures() -> None:
    reference, _ = noisy_pair((13, 13))
    assert psnr(reference, reference, data_range=1) == math.inf
    assert ssim(reference, reference, data_range=1) == pytest.approx(1)


@pytest.mark.parametrize("measure", [psnr, ssim])
@pytest.mark.parametrize(
    ("shapes", "data_range", "shave", "sentence"),
    [
        (((20, 20), (20, 21)), 255, 0, r"the same shape; these have \(20, 20\) and \(20, 21\)"),
        (((20, 20), (20, 20, 3)), 255, 0, "the same shape"),
        (((20, 20), (20, 20)), 0, 0, "data range must be above 0, not 0"),
        (((20, 20), (20, 20)), -1, 0, "data range must be above 0"),
        (((20, 20), (20, 20)), math.nan, 0, "data range must be above 0"),
        (((20, 20), (20, 20)), 255, 10, "Nothing is left of 20 x 20 pixels inside a border of 10"),
        (((0, 20), (0, 20)), 255, 0, "Nothing is left"),
        (((20, 20), (20, 20)), 255, -1, "border to leave out must be 0 pixels or wider"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    measure: Any,
    shapes: tuple[tuple[int, ...], tuple[int, ...]],
    data_range: float,
    shave: int,
    sentence: str,
) -> None:
    reference, image = (np.zeros(shape) for shape in shapes)
    with pytest.raises(ValueError, match=sentence):
        measure(reference, image, data_range=data_range, shave=shave)


def test_ssim_needs_its_window() -> None:
    reference = np.zeros((20, 14))
    assert ssim(reference, reference, data_range=1, shave=1) == 1
    with pytest.raises(ValueError, match="at least 11 x 11 pixels; 16 x 10 are left"):
        ssim(reference, reference, data_range=1, shave=2)
