"""MATLAB's bicubic resize, held against a plain implementation of its definition."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.resize import bicubic_within, imresize, resize_taps, resized_length

FACTORS = [2, 3, 4, 7, 2.5, 1.01, 1, 0.99, 0.7, 2 / 3, 0.5, 0.37, 1 / 3, 0.25, 0.1, 0.01]

factors = st.one_of(st.sampled_from(FACTORS), st.floats(0.0625, 5, width=32))
shapes = st.tuples(st.integers(1, 12), st.integers(1, 12))
planes = shapes.flatmap(
    lambda shape: hnp.arrays(np.float64, shape, elements=st.floats(-1e3, 1e3, width=32))
)


def keys(x: float) -> float:
    """Keys' cubic convolution kernel as in his paper, with a = -1/2."""
    x = abs(x)
    if x <= 1:
        return 3 / 2 * x**3 - 5 / 2 * x**2 + 1
    return -1 / 2 * x**3 + 5 / 2 * x**2 - 4 * x + 2 if x < 2 else 0.0


def line_by_definition(line: list[float], factor: float, length: int) -> list[float]:
    """Resize one line: each output pixel a normalised sum over the mirrored input."""
    stretch = min(factor, 1.0)
    reach = math.ceil(2 / stretch) + 1
    mirrored = [*line, *line[::-1]]
    resized = []
    for output in range(length):
        centre = (output + 0.5) / factor - 0.5
        near = range(math.floor(centre) - reach, math.floor(centre) + reach + 1)
        weights = [keys((centre - position) * stretch) for position in near]
        values = [mirrored[position % len(mirrored)] for position in near]
        resized.append(math.fsum(map(float.__mul__, weights, values)) / math.fsum(weights))
    return resized


def plane_by_definition(
    plane: NDArray[Any], factor: float, shape: tuple[int, int]
) -> NDArray[np.float64]:
    rows = np.array([line_by_definition(row, factor, shape[1]) for row in plane.tolist()])
    columns = [line_by_definition(column, factor, shape[0]) for column in rows.T.tolist()]
    return np.array(columns).T


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 3), (7, 5), (12, 30)])
def test_it_is_what_the_definition_says(shape: tuple[int, int], factor: float) -> None:
    plane = np.random.default_rng(7).uniform(0, 255, shape)
    exact = Fraction(factor).limit_denominator(1000)
    expected = plane_by_definition(
        plane, factor, (math.ceil(exact * shape[0]), math.ceil(exact * shape[1]))
    )
    np.testing.assert_allclose(imresize(plane, factor), expected, rtol=0, atol=1e-9)


@given(plane=planes, factor=factors)
def test_any_plane_and_factor_is_what_the_definition_says(
    plane: NDArray[np.float64], factor: float
) -> None:
    resized = imresize(plane, factor)
    height, width = resized.shape
    expected = plane_by_definition(plane, factor, (height, width))
    np.testing.assert_allclose(resized, expected, rtol=0, atol=1e-8)


@given(length=st.integers(1, 10**6), factor=st.floats(0.0625, 5, width=32))
def test_the_length_is_the_ceiling_of_the_product(length: int, factor: float) -> None:
    assert resized_length(length, factor) == math.ceil(Fraction(factor) * length)


@given(length=st.integers(1, 10**6), scale=st.integers(1, 100))
def test_a_rounded_fraction_makes_no_extra_pixel(length: int, scale: int) -> None:
    assert resized_length(length, 1 / scale) == -(-length // scale)
    assert resized_length(length * scale, 1 / scale) == length


@pytest.mark.parametrize(
    ("factor", "output", "taps"),
    [
        (2, 11, np.array([-9, 111, 29, -3]) / 128),
        (2, 12, np.array([-3, 29, 111, -9]) / 128),
        (3, 13, np.array([0, 1, 0, 0])),
        (3, 14, np.array([-2 / 27, 7 / 9, 1 / 3, -1 / 27])),
        (0.5, 5, np.array([-3, -9, 29, 111, 111, 29, -9, -3]) / 256),
    ],
)
def test_known_taps(factor: float, output: int, taps: NDArray[np.float64]) -> None:
    indices, weights = resize_taps(20, factor)
    nonzero = np.flatnonzero(np.abs(weights[output]) > 1e-12)
    expected = np.flatnonzero(taps)
    np.testing.assert_allclose(weights[output][nonzero], taps[expected], rtol=0, atol=1e-12)
    assert (np.diff(indices[output][nonzero]) == 1).all()


def test_an_impulse_stays_where_it_is() -> None:
    plane = np.zeros((9, 9))
    plane[4, 4] = 1
    tripled = imresize(plane, 3)
    assert tripled[13, 13] == pytest.approx(1)
    assert tripled.argmax() == 13 * 27 + 13


@given(value=st.floats(-1e6, 1e6), shape=shapes, factor=st.one_of(factors, st.floats(1e-3, 0.0625)))
def test_a_constant_stays(value: float, shape: tuple[int, int], factor: float) -> None:
    resized = imresize(np.full(shape, value), factor)
    np.testing.assert_allclose(resized, value, rtol=1e-12, atol=1e-12)


@given(plane=planes, factor=factors)
def test_the_axes_are_treated_alike(plane: NDArray[np.float64], factor: float) -> None:
    np.testing.assert_allclose(
        imresize(plane.T, factor), imresize(plane, factor).T, rtol=0, atol=1e-9
    )
    np.testing.assert_array_equal(imresize(plane, 1), plane)


@pytest.mark.parametrize("factor", [2, 3, 2.5, 1 / 2, 1 / 3, 1 / 4])
def test_mirrored_in_mirrored_out(factor: float) -> None:
    plane = np.random.default_rng(3).uniform(size=(12, 24))
    turned = imresize(plane[::-1, ::-1], factor)
    np.testing.assert_allclose(turned[::-1, ::-1], imresize(plane, factor), rtol=0, atol=1e-12)


@given(
    stack=hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=3, max_dims=5, min_side=1, max_side=4),
        elements=st.floats(-10, 10),
    ),
    factor=factors,
)
def test_leading_axes_are_planes_of_their_own(stack: NDArray[np.float64], factor: float) -> None:
    resized = imresize(stack, factor)
    for index in np.ndindex(stack.shape[:-2]):
        np.testing.assert_array_equal(resized[index], imresize(stack[index], factor))


@pytest.mark.parametrize(("length", "factor"), [(1, 0.001), (300, 1 / 300), (300, 0.001), (2, 0.5)])
def test_shrinking_to_one_pixel(length: int, factor: float) -> None:
    plane = np.random.default_rng(0).uniform(size=(length, length))
    resized = imresize(plane, factor)
    assert resized.shape == (1, 1)
    assert plane.min() - 1e-12 <= resized[0, 0] <= plane.max() + 1e-12


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "<u2", ">u2", "i8", "<f2", ">f8"])
def test_every_real_dtype_gives_the_same_numbers(dtype: str) -> None:
    plane = np.random.default_rng(1).integers(0, 2, (6, 7))
    resized = imresize(plane.astype(dtype), 1.5)
    np.testing.assert_allclose(resized, imresize(plane.astype(float), 1.5), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("<f4", "f4"), (">f4", "f4"), ("f2", "f4"), ("f8", "f8"), ("u1", "f8"), ("?", "f8")],
)
def test_single_precision_stays_single(dtype: str, expected: str) -> None:
    assert imresize(np.ones((3, 3), dtype), 2).dtype == np.dtype(expected)


def test_what_it_is_given_is_left_as_it_was() -> None:
    plane = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    plane.flags.writeable = False
    resized = imresize(plane, 1)
    assert not np.shares_memory(resized, plane)


@pytest.mark.parametrize("factor", [0, -1, math.nan, math.inf])
def test_a_factor_that_is_none(factor: float) -> None:
    with pytest.raises(ValueError, match="factor must be a number above 0"):
        imresize(np.ones((3, 3)), factor)


@pytest.mark.parametrize("shape", [(), (4,), (0, 4), (4, 0), (0, 4, 4)])
def test_an_image_that_is_none(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="needs two axes of at least one pixel"):
        imresize(np.ones(shape), 2)


@given(
    plane=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)),
    scale=st.integers(2, 4),
)
def test_bicubic_within_stays_within_what_is_near(plane: NDArray[np.uint8], scale: int) -> None:
    found = bicubic_within(plane, scale)
    plain = imresize(plane, scale)
    for y, x in np.ndindex(plane.shape):
        near = plane[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3]
        cell = np.s_[scale * y : scale * (y + 1), scale * x : scale * (x + 1)]
        expected = plain[cell].clip(near.min(), near.max())
        np.testing.assert_allclose(found[cell], expected, atol=1e-9)
