"""What passes as an HR/LR pair, and what is refused."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from tests.conftest import DataFolder

from napari_fsrcnn.datasets.pairs import Pair, check_pair
from napari_fsrcnn.files.pictures import read_picture


def image(*shape: int, dtype: str = "uint8") -> NDArray[Any]:
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@pytest.fixture(scope="module")
def photographs(data_folder: DataFolder) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """HR and LR of BSD-100 at x3, all lying down."""
    stems = [data_folder("BSD100") / "image_SRF_3" / f"img_{n:03}_SRF_3" for n in range(1, 31)]
    read = [[read_picture(f"{stem}_{kind}.png").data for kind in ("HR", "LR")] for stem in stems]
    return [(hr, lr) for hr, lr in read if hr.shape[0] < hr.shape[1]]


def refused(hr: NDArray[Any], lr: NDArray[Any]) -> bool:
    try:
        check_pair(Pair("set/a", hr, lr, rgb=True), 3)
    except ValueError as error:
        return "set/a: HR and LR do not show the same things" in str(error)
    return False


def test_real_pairs_are_taken_noisy_and_blurred_too(
    photographs: list[tuple[NDArray[Any], NDArray[Any]]],
) -> None:
    random = np.random.default_rng(0)
    for hr, lr in photographs:
        assert not refused(hr, lr)
        noisy = lr + lr.std() * random.normal(size=lr.shape)
        assert not refused(hr, noisy.clip(0, 255).astype(np.uint8))
        blurred = gaussian_filter(lr, (2, 2, 0))
        assert not refused(hr, blurred)


def test_unrelated_turned_and_inverted_ones_are_refused(
    photographs: list[tuple[NDArray[Any], NDArray[Any]]],
) -> None:
    for (hr, own), (_, other) in pairwise(photographs):
        assert refused(hr, other)
        assert refused(hr, own[::-1, ::-1])
        assert refused(hr, 255 - own)
    mirrored = [refused(hr, lr[:, ::-1]) for hr, lr in photographs]
    assert np.mean(mirrored) > 0.9  # what is symmetrical itself can't be told


@given(scale=st.integers(2, 8), height=st.integers(2, 60), width=st.integers(2, 60))
def test_an_lr_made_without_cropping_hr_first_is_a_pair(
    scale: int, height: int, width: int
) -> None:
    hr = image(max(height, scale), max(width, scale), dtype="float64")
    lr = hr[::scale, ::scale]  # of as many pixels as MATLAB's imresize gives: it rounds up
    pair = check_pair(Pair("set/a", hr, lr, rgb=False), scale)
    assert pair.lr is not None
    assert pair.hr.shape == tuple(scale * length for length in pair.lr.shape)
    # cut at the bottom and right only, and no more than needed
    np.testing.assert_array_equal(pair.hr, hr[: pair.hr.shape[0], : pair.hr.shape[1]])
    np.testing.assert_array_equal(pair.lr, lr[: pair.lr.shape[0], : pair.lr.shape[1]])
    assert all(whole - cut < scale for whole, cut in zip(hr.shape, pair.hr.shape, strict=True))


def test_a_pair_that_fits_and_hr_alone_are_left_as_they_are() -> None:
    pair = Pair("set/a", image(6, 9, 3), image(2, 3, 3), rgb=True)
    checked = check_pair(pair, 3)
    assert checked.lr is not None
    assert (checked.hr.shape, checked.lr.shape) == ((6, 9, 3), (2, 3, 3))
    alone = Pair("set/a", image(7, 9), None, rgb=False)
    assert check_pair(alone, 3) is alone


def test_two_pixels_too_many_are_cut() -> None:
    pair = check_pair(Pair("set/a", image(10, 8), image(4, 4), rgb=False), 2)
    assert pair.lr is not None
    assert (pair.hr.shape, pair.lr.shape) == ((8, 8), (4, 4))


@pytest.mark.parametrize(
    ("hr", "lr", "scale", "reason"),
    [
        (image(2, 50), None, 3, "set/a is 2 x 50 pixels, too small to be shrunk by 3"),
        (image(12, 8), image(4, 4), 2, "HR is 12 x 8 pixels, but 2 times LR is 8 x 8"),
        (image(12, 12), image(6, 6), 3, "no pair for x3"),
        (image(8, 8, 3), image(4, 4), 2, "HR is uint8 colour and LR is uint8 grey"),
        (image(8, 8), image(4, 4, dtype="uint16"), 2, "HR is uint8 grey and LR is uint16 grey"),
    ],
)
def test_what_is_no_pair_is_refused_by_name(
    hr: NDArray[Any], lr: NDArray[Any] | None, scale: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_pair(Pair("set/a", hr, lr, rgb=hr.ndim == 3), scale)
