"""Half the size by means of four, in every dtype."""

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.halve import halve, halved_shapes

shapes = hnp.array_shapes(min_dims=2, max_dims=4, max_side=7)


@given(
    image=hnp.arrays(
        st.sampled_from(["?", "u1", ">u2", "i2", "i4"]), shapes, elements=st.integers(0, 1)
    ),
    factor=st.integers(1, 100),
)
def test_it_is_the_mean_of_what_is_there(image: NDArray[Any], factor: int) -> None:
    if image.dtype.kind != "b":
        image = (image * factor).astype(image.dtype)
    found = halve(image)
    *lead, height, width = image.shape
    assert found.shape == (*lead, (height + 1) // 2, (width + 1) // 2)
    assert found.dtype == image.dtype.newbyteorder("=")
    for y, x in np.ndindex(found.shape[-2:]):
        # An odd edge counts twice, which leaves the mean of it alone.
        mean = image[..., 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].astype(float).mean((-2, -1))
        np.testing.assert_array_equal(found[..., y, x], np.floor(mean + 0.5).astype(found.dtype))


@given(image=hnp.arrays(np.float32, shapes, elements=st.floats(-1e6, 1e6, width=32)))
def test_float_is_not_rounded(image: NDArray[np.float32]) -> None:
    found = halve(image)
    first = image[..., :2, :2].astype(float).mean((-2, -1))
    np.testing.assert_allclose(found[..., 0, 0], first, rtol=1e-5, atol=1e-1)


@given(shape=shapes, smallest=st.integers(1, 5))
def test_a_pyramid_ends_when_it_is_small(shape: tuple[int, ...], smallest: int) -> None:
    found = halved_shapes(shape, smallest)
    assert found[0] == shape
    assert max(found[-1][-2:]) <= smallest
    assert all(max(each[-2:]) > smallest for each in found[:-1])
    for finer, coarser in pairwise(found):
        assert halve(np.zeros(finer, np.uint8)).shape == coarser
