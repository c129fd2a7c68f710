"""Values through the upscaling: the range rule, constants, limits of the dtype, bicubic."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.inference.upscale import bicubic, upscale
from napari_fsrcnn.weights.model import Model

INTEGERS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]
FLOATS = ["f2", "f4", "f8", "g"]
shapes = st.tuples(st.integers(1, 8), st.integers(1, 8))


@pytest.mark.parametrize("dtype", [*INTEGERS[1:], *FLOATS])
@pytest.mark.parametrize("value", [0, 2, 100])
@pytest.mark.parametrize("rgb", [False, True])
@pytest.mark.parametrize("color", ["luma", "channels"])
def test_a_constant_without_a_range_comes_back(
    model: Model, dtype: str, value: int, rgb: bool, color: Any
) -> None:
    if value == 0 and np.dtype(dtype).kind == "f":
        value = -1  # zero lies in [0, 1], which is a range of its own
    image = np.full((4, 5, 3) if rgb else (4, 5), value, dtype)
    found = upscale(image, model, rgb=rgb, color=color, device="cpu")
    np.testing.assert_array_equal(found, value)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_never_wrap(make_model: Any, dtype: str) -> None:
    # Black and white at the limits of the dtype, and weights that overshoot by far.
    model = make_model()
    model.network.deconvolution.weight.mul_(100)
    limits = np.iinfo(dtype)
    image = np.where(np.indices((12, 12)).sum(0) // 3 % 2 == 0, limits.min, limits.max)
    image = image.astype(dtype)
    exact = upscale(image.astype(float), model, value_range=find_value_range(image), device="cpu")
    found = upscale(image, model, device="cpu")
    assert exact.min() < limits.min
    assert exact.max() > limits.max
    expected = np.clip(exact, float(limits.min), float(limits.max))
    span = float(limits.max) - float(limits.min)
    np.testing.assert_allclose(found.astype(float), expected, rtol=0, atol=1 + 1e-5 * span)


def test_floats_are_not_clipped(model: Model) -> None:
    image = np.where(np.indices((12, 12)).sum(0) // 3 % 2 == 0, 0.0, 1.0)
    found = upscale(image, model, device="cpu")
    assert found.min() < 0
    assert upscale(image * 1000, model, device="cpu").min() < 0


def test_half_precision_stays_finite(make_model: Any) -> None:
    image = np.where(np.indices((9, 9)).sum(0) % 2 == 0, -65504, 65504).astype(np.float16)
    assert np.isfinite(upscale(image, make_model(3), device="cpu")).all()


@pytest.mark.parametrize("dtype", ["u2", "i4", "f4", "f8"])
def test_the_rule_makes_the_unit_unimportant(model: Model, dtype: str) -> None:
    picture = np.random.default_rng(1).integers(2, 4000, (11, 13))
    found = upscale(picture.astype(dtype), model, device="cpu")
    expected = upscale(picture * 7.0 + 100, model, device="cpu")
    lowest = 0 if dtype == "u2" else -np.inf
    np.testing.assert_allclose(((expected - 100) / 7).clip(lowest), found, rtol=1e-5, atol=0.51)


@given(low=st.floats(-50, 50), span=st.floats(1, 100))
@settings(max_examples=30)
def test_the_range_can_be_given(model: Model, low: float, span: float) -> None:
    picture = np.random.default_rng(1).uniform(-20, 60, (5, 6))
    found = upscale(picture, model, value_range=(low, low + span), device="cpu")
    unit = upscale((picture - low) / span, model, value_range=(0, 1), device="cpu")
    np.testing.assert_allclose(found, unit * span + low, rtol=0, atol=2e-4 * span + 1e-3)


def test_one_range_holds_for_all_planes(model: Model) -> None:
    dark, bright = np.zeros((2, 6, 6), np.uint16), np.full((2, 6, 6), 5000, np.uint16)
    dark[0, 2, 2], bright[1, 3, 3] = 700, 900
    stack = np.stack([dark, bright])
    found = upscale(stack, model, device="cpu")
    limits = find_value_range(stack)
    np.testing.assert_array_equal(
        found[1], upscale(bright, model, value_range=limits, device="cpu")
    )
    assert not np.array_equal(found[1], upscale(bright, model, device="cpu"))


@settings(max_examples=50)
@given(
    image=hnp.arrays(
        st.sampled_from(["<f4", ">f4", "<f8", ">f8"]).map(np.dtype),
        hnp.array_shapes(min_dims=2, max_dims=4, max_side=6),
        elements=st.floats(-1e6, 1e6, width=32),
    ),
    scale=st.integers(2, 4),
)
def test_bicubic_is_imresize(image: NDArray[Any], scale: int) -> None:
    found = bicubic(image, scale, rgb=False)
    assert found.dtype == image.dtype.newbyteorder("=")
    np.testing.assert_allclose(found, imresize(image, scale), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["?", *INTEGERS])
def test_bicubic_of_integers_is_rounded_and_does_not_wrap(dtype: str) -> None:
    limits = (0, 1) if dtype == "?" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    image = np.where(np.indices((6, 6)).sum(0) % 3 == 0, *limits).astype(dtype)
    exact = imresize(image, 3)
    found = bicubic(image, 3)
    assert found.dtype == np.dtype(dtype)
    if dtype == "?":
        np.testing.assert_array_equal(found, exact >= 0.5)
        return
    assert exact.max() > limits[1]
    expected = np.clip(np.floor(exact + 0.5), float(limits[0]), float(limits[1]))
    np.testing.assert_allclose(found.astype(float), expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("channels", [3, 4])
def test_bicubic_of_color_is_bicubic_of_each_channel(channels: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (2, 7, 6, channels)).astype(np.uint8)
    found = bicubic(image, 2, rgb=True)
    for channel in range(3):
        np.testing.assert_array_equal(found[..., channel], bicubic(image[..., channel], 2))
    assert found.shape == (2, 14, 12, channels)


@pytest.mark.parametrize("scale", [0, -1, 2.5])
def test_bicubic_of_no_scale(scale: int) -> None:
    with pytest.raises(ValueError, match="scale must be a whole number from 2 to 8"):
        bicubic(np.zeros((3, 3)), scale)
