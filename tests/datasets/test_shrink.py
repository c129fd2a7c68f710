"""More training pictures from the same ones."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.shrink import name_before_shrinking, shrink_pair
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import find_value_range

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3)])
def test_it_is_the_exact_bicubic_in_whole_levels(shape: tuple[int, ...]) -> None:
    hr = RANDOM.integers(80, 180, shape, np.uint8)
    small = shrink_pair(Pair("set/a", hr, None, rgb=len(shape) == 3), 0.7)
    assert small.hr.shape == (28, 42, *shape[2:])
    assert small.hr.dtype == np.uint8
    for channel in np.ndindex(shape[2:]):
        exact = imresize(hr[..., *channel], 0.7)
        assert np.abs(small.hr[..., *channel] - exact).max() <= 0.5


@given(
    arrays(
        st.sampled_from([np.bool_, np.uint16, np.int16, np.float32, np.float64]),
        array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9),
        elements={"min_value": 0, "max_value": 1},
    ),
    st.sampled_from([0.9, 0.6]),
)
def test_every_dtype_keeps_its_dtype_and_stays_within_its_values(
    hr: NDArray[Any], size: float
) -> None:
    small = shrink_pair(Pair("set/a", hr, None, rgb=False), size).hr
    assert small.dtype == hr.dtype
    assert small.min() >= hr.min()
    assert small.max() <= hr.max()


def test_a_picture_within_0_and_1_stays_one() -> None:
    """Bicubic's overshoot would make the value-range rule take it for another kind."""
    edge = np.zeros((30, 30), np.float32)
    edge[10:20] = 1
    assert find_value_range(shrink_pair(Pair("a/b", edge, None, rgb=False), 0.9).hr) == (0, 1)


def test_the_name_leads_back_to_the_picture() -> None:
    small = shrink_pair(Pair("set/a (at last)[3]", np.zeros((9, 9)), None, rgb=False), 0.9)
    assert small.name != "set/a (at last)[3]"
    assert name_before_shrinking(small.name) == "set/a (at last)[3]"


def test_a_ready_made_pair_is_refused() -> None:
    pair = Pair("set/a", np.zeros((8, 8)), np.zeros((4, 4)), rgb=False)
    with pytest.raises(ValueError, match=r"set/a comes with its own LR.*leave rescale empty"):
        shrink_pair(pair, 0.9)
