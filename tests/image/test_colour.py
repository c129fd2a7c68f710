"""BT.601: known colours, and the way back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from skimage.color import rgb2ycbcr as rgb2ycbcr_of_skimage

from napari_fsrcnn.image.colour import OFFSET, TO_RGB, rgb2ycbcr

pictures = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=0, max_dims=3, max_side=4).map(lambda shape: (*shape, 3)),
    elements=st.floats(-1, 2),
)


@pytest.mark.parametrize(
    ("rgb", "ycbcr"),
    [
        # ITU-R BT.601, studio swing of 8 bits: black, white, and colours of the 100 % bars.
        ([0, 0, 0], [16, 128, 128]),
        ([1, 1, 1], [235, 128, 128]),
        ([1, 1, 0], [210, 16, 146]),
        ([0, 1, 1], [170, 166, 16]),
        ([0, 1, 0], [145, 54, 34]),
        ([1, 0, 1], [106, 202, 222]),
        ([1, 0, 0], [81, 90, 240]),
        ([0, 0, 1], [41, 240, 110]),
    ],
)
def test_the_color_bars(rgb: list[float], ycbcr: list[int]) -> None:
    converted = rgb2ycbcr(np.array(rgb, float)) * 255
    assert np.round(converted).astype(int).tolist() == ycbcr


@given(rgb=pictures)
def test_there_and_back(rgb: NDArray[np.float64]) -> None:
    np.testing.assert_allclose((rgb2ycbcr(rgb) - OFFSET) @ TO_RGB.T, rgb, atol=1e-12)


@given(rgb=pictures)
def test_it_agrees_with_scikit_image(rgb: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(rgb2ycbcr(rgb) * 255, rgb2ycbcr_of_skimage(rgb), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays(dtype: type[np.floating[Any]]) -> None:
    rgb = np.random.default_rng(5).uniform(size=(4, 5, 3)).astype(dtype)
    ycbcr = rgb2ycbcr(rgb)
    assert ycbcr.dtype == dtype
    np.testing.assert_allclose(ycbcr, rgb2ycbcr(rgb.astype(float)), atol=1e-6)
