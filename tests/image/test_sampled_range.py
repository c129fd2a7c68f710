"""The value range of large arrays: from little of them, and like that of the whole."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.sampled_range import WINDOW, WINDOWS, sample_value_range, windows
from napari_fsrcnn.image.value_range import find_finite_range, find_value_range


class Counted:
    """An array that counts the values that are read."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values
        self.shape, self.dtype = values.shape, values.dtype
        self.read = 0

    def __getitem__(self, place: Any) -> NDArray[Any]:
        part: NDArray[Any] = self.values[place]
        self.read += part.size
        return part


@given(
    image=hnp.arrays(
        st.sampled_from([np.bool_, np.uint8, np.uint16, np.int32, np.float32]),
        hnp.array_shapes(min_dims=2, max_dims=4, max_side=6),
    )
)
def test_a_small_array_is_read_whole(image: NDArray[Any]) -> None:
    image = np.nan_to_num(image, posinf=1e9, neginf=-1e9)
    assert sample_value_range(image, rgb=False) == find_value_range(image)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8])
def test_what_the_dtype_says_is_not_read(dtype: Any) -> None:
    image = Counted(np.zeros((40, 40), dtype))
    assert sample_value_range(image, rgb=False) == find_value_range(image.values)
    assert image.read == 0


@given(shape=hnp.array_shapes(min_dims=2, max_dims=10, max_side=100_000))
def test_windows_lie_inside_and_are_little(shape: tuple[int, ...]) -> None:
    found = windows(shape)
    sizes = [math.prod(each.stop - each.start for each in window) for window in found]
    assert sum(sizes) <= WINDOWS * WINDOW
    for window in found:
        for each, length in zip(window, shape, strict=True):
            assert 0 <= each.start < each.stop <= length


def test_a_large_stack_is_sampled_everywhere() -> None:
    # A ramp over all planes, and over each plane: 12 bits of it.
    ramp = np.linspace(0, 4095, 40)[:, None, None] + np.linspace(-99, 99, 600)[:, None]
    image = Counted(np.broadcast_to(ramp, (40, 600, 700)).clip(0).astype(np.uint16))
    found, expected = sample_value_range(image, rgb=False), find_value_range(image.values)
    assert image.read <= WINDOWS * WINDOW < image.values.size
    assert found == pytest.approx(expected, abs=0.06 * expected.span)


def test_alpha_has_no_part() -> None:
    image = np.random.default_rng(0).integers(0, 4096, (40, 40, 4), np.uint16)
    image[..., 3] = 65535
    assert sample_value_range(image, rgb=True) == find_value_range(image[..., :3])


def test_what_is_not_finite_has_no_part() -> None:
    image = np.random.default_rng(0).normal(0, 9, (40, 40))
    image[3, 4:6] = np.nan, np.inf
    assert sample_value_range(image, rgb=False) == find_finite_range(image)


def test_nothing_but_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN or infinity"):
        sample_value_range(np.full((3, 3), np.nan), rgb=False)
