"""The value range: the rule for every dtype, and the way to [0, 1] and back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.value_range import ValueRange, find_value_range, from_unit, to_unit

SMALL_INTEGERS = ["u1", "i1", "<u2", ">u2", "<i2"]
INTEGERS = [*SMALL_INTEGERS, "<u4", "<i4", ">i4", "<u8", "<i8", ">u8"]
FLOATS = ["<f2", "<f4", ">f4", "<f8", "g"]

shapes = hnp.array_shapes(min_dims=2, max_dims=4, max_side=6)
units = hnp.arrays(np.float32, shapes, elements=st.floats(-100, 100, width=32))


def percentiles(image: NDArray[Any]) -> list[float]:
    """Interpolate the 0.1 and 99.9 percentiles between the sorted values."""
    values = np.sort(image.astype(float), axis=None)
    positions = np.array([0.001, 0.999]) * (len(values) - 1)
    return [float(value) for value in np.interp(positions, np.arange(len(values)), values)]


@given(image=hnp.arrays(np.bool_, shapes))
def test_bool_is_0_to_1(image: NDArray[np.bool_]) -> None:
    assert find_value_range(image) == (0, 1)


@given(image=hnp.arrays(np.uint8, shapes))
def test_uint8_is_0_to_255(image: NDArray[np.uint8]) -> None:
    assert find_value_range(image) == (0, 255)


@pytest.mark.parametrize("dtype", FLOATS)
def test_float_within_the_unit_interval_is_0_to_1(dtype: str) -> None:
    for image in (np.full((3, 3), 0.5), np.array([[0.0, 1.0]]), np.array([[0.1, 0.7]])):
        assert find_value_range(image.astype(dtype)) == (0, 1)


@pytest.mark.parametrize("divisor", [2**4, 2**20, 2**40])
def test_float_that_hardly_fills_the_unit_interval_is_its_percentiles(divisor: int) -> None:
    image = np.random.default_rng(0).random((50, 60))
    found = find_value_range(image / divisor)
    assert np.multiply(found, divisor) == pytest.approx(percentiles(image))


@given(
    low=st.integers(0, 1000), span=st.integers(100, 1000), far=st.floats(0, 250), up=st.booleans()
)
def test_extremes_lie_at_most_half_outside(low: int, span: int, far: float, *, up: bool) -> None:
    image = np.tile(np.linspace(low, low + span, 100), 100)
    image[4321] = image.max() + far * span if up else image.min() - far * span
    found = find_value_range(image)
    usual = percentiles(image)
    reached = to_unit(image, found)
    assert reached.min() >= -0.501
    assert reached.max() <= 1.501
    if far < 0.49:
        assert found == pytest.approx(usual)
    else:  # only as wide as it has to be, and only on the side that asks for it
        assert found[1 - up] == pytest.approx(usual[1 - up])
        assert max(reached.max() - 1, -reached.min()) > 0.48


def test_a_value_beyond_all_reason_does_not_decide() -> None:
    image = np.tile(np.linspace(0, 1000, 100), 100)
    image[4321] = 1e12
    assert find_value_range(image).high == pytest.approx(256 * 1000 / 1.5, rel=0.01)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS[1:]])
def test_every_other_array_is_its_percentiles(dtype: str) -> None:
    kind = np.dtype(dtype)
    top = 127 if kind.itemsize == 1 else 30_000
    image = np.random.default_rng(2).integers(0 if kind.kind == "u" else -top, top, (7, 50, 30))
    found = find_value_range(image.astype(dtype))
    # float16 does not hold every one of the whole numbers.
    assert found == pytest.approx(percentiles(image.astype(dtype)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("image", [np.array([[0.0, 1.0001]]), np.array([[-1e-6, 1.0]])])
def test_float_just_outside_the_unit_interval(image: NDArray[np.float64]) -> None:
    assert find_value_range(image) == pytest.approx(percentiles(image))
    assert find_value_range(image) != (0, 1)


def test_a_few_bright_spots_on_black_are_not_lost() -> None:
    sparse = np.zeros((200, 200), np.uint16)
    sparse[[20, 90, 150], [30, 60, 10]] = [3000, 4000, 3500]
    assert find_value_range(sparse) == (0, 4000)


@pytest.mark.parametrize("dtype", ["<i2", "<u8", "<i8", "<f4", "<f8"])
def test_a_constant_picture_has_no_span(dtype: str) -> None:
    found = find_value_range(np.full((3, 4), 37, dtype))
    assert found == (37, 37)
    assert found.span == 0


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_sample_of_a_large_picture_sees_every_channel(channel: int) -> None:
    # Above eight million values every third one was taken: the same channel again and again.
    image = np.zeros((1700, 1700, 3), np.uint16)
    image[..., channel] = np.arange(1700, dtype=np.uint16)
    assert find_value_range(image) == pytest.approx(percentiles(image), abs=1)


def test_a_large_picture_is_measured_well_from_its_sample() -> None:
    image = np.random.default_rng(0).normal(500, 40, (2100, 2000)).astype(np.float32)
    assert find_value_range(image) == pytest.approx(percentiles(image), abs=4)


@pytest.mark.parametrize("dtype", SMALL_INTEGERS)
def test_8_and_16_bits_come_back_exactly(dtype: str) -> None:
    limits = np.iinfo(dtype)
    image = np.arange(limits.min, limits.max + 1).astype(dtype)
    for value_range in (
        find_value_range(image),
        ValueRange(limits.min, limits.max),
        ValueRange(3.5, 90.25),
        ValueRange(100, 101),
    ):
        again = from_unit(to_unit(image, value_range), value_range, dtype)
        assert again.dtype == image.dtype
        np.testing.assert_array_equal(again, image)


@given(data=st.data(), dtype=st.sampled_from([*INTEGERS, "?"]))
def test_integers_come_back_as_precisely_as_single_floats_can(
    data: st.DataObject, dtype: str
) -> None:
    image = data.draw(hnp.arrays(dtype, shapes))
    value_range = find_value_range(image)
    again = from_unit(to_unit(image, value_range), value_range, dtype)
    assert again.dtype == image.dtype
    error = np.abs(again.astype(float) - image.astype(float))
    reach = np.abs(image.astype(float) - value_range.low).max()
    assert error.max() <= reach * 2**-22 + abs(value_range.low) * 2**-50


@given(
    image=hnp.arrays(np.float64, shapes, elements=st.floats(-1e9, 1e9, allow_subnormal=False)),
    dtype=st.sampled_from(FLOATS[1:]),
)
def test_floats_come_back(image: NDArray[np.float64], dtype: str) -> None:
    image = image.astype(dtype)
    value_range = find_value_range(image)
    again = from_unit(to_unit(image, value_range), value_range, dtype)
    assert again.dtype == image.dtype
    np.testing.assert_allclose(
        again.astype(float), image.astype(float), rtol=0, atol=np.abs(image).max() * 2**-21 + 1e-40
    )


@given(unit=units, dtype=st.sampled_from(INTEGERS))
def test_integers_are_rounded_and_clipped_and_never_wrap(
    unit: NDArray[np.float32], dtype: str
) -> None:
    limits = np.iinfo(dtype)
    value_range = ValueRange(limits.min, limits.max)
    exact = unit.astype(np.longdouble) * (int(limits.max) - int(limits.min)) + limits.min
    expected = np.clip(np.floor(exact + 0.5), limits.min, limits.max).astype(float)
    restored = from_unit(unit, value_range, dtype).astype(float)
    np.testing.assert_allclose(restored, expected, rtol=1e-6, atol=1)
    assert not np.signbit(restored[unit >= 1]).any()


@given(unit=units)
def test_floats_are_not_clipped_to_the_range(unit: NDArray[np.float32]) -> None:
    restored = from_unit(unit, ValueRange(-5, 15), np.float64)
    np.testing.assert_allclose(restored, unit.astype(float) * 20 - 5, rtol=1e-12)
    np.testing.assert_array_equal(to_unit(restored, ValueRange(-5, 15)).shape, unit.shape)


def test_half_precision_that_overshoots_stays_finite() -> None:
    restored = from_unit(np.array([-1.5, 1.5]), ValueRange(-65504, 65504), np.float16)
    assert restored.tolist() == [-65504, 65504]


@pytest.mark.parametrize(
    ("value_range", "expected"),
    [
        (ValueRange(0, 1), [False, False, True, True]),
        (ValueRange(0, 2), [False, True, True, True]),
    ],
)
def test_bool_is_from_one_half_up(value_range: ValueRange, expected: list[bool]) -> None:
    unit = np.array([-3.0, 0.49, 0.5, 3.0])
    assert from_unit(unit, value_range, bool).tolist() == expected


@given(unit=units, dtype=st.sampled_from([*INTEGERS, *FLOATS]))
def test_no_span_gives_the_constant_back(unit: NDArray[np.float32], dtype: str) -> None:
    image = np.full(unit.shape, 71, dtype)
    value_range = find_value_range(image)
    restored = from_unit(unit, ValueRange(71, 71), dtype)
    np.testing.assert_array_equal(restored, image)
    if dtype != "u1":
        np.testing.assert_array_equal(to_unit(image, value_range), 0)


def test_differences_of_large_integers_are_kept() -> None:
    image = (2**40 + np.arange(5)).reshape(1, 5)
    unit = to_unit(image, ValueRange(2**40, 2**40 + 4))
    assert unit.tolist() == [[0, 0.25, 0.5, 0.75, 1]]
    assert unit.dtype == np.float32


def test_values_further_apart_than_a_number_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="span more than a number can hold"):
        find_value_range(np.array([[-1e308, 1e308]]))
