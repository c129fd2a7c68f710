"""An upscaled layer lies where its source lies, and looks like it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from napari.layers import Image
from napari.utils.colormaps import Colormap

from napari_fsrcnn.widgets.result_layer import layer_state, upscaled_layer

LEADING = {"2D": (), "3D": (3,), "4D": (2, 3)}


def random_rotation(rng: np.random.Generator, ndim: int) -> np.ndarray:
    rotation, _ = np.linalg.qr(rng.normal(size=(ndim, ndim)))
    rotation[:, 0] *= np.linalg.det(rotation)
    return rotation


def random_placement(rng: np.random.Generator, ndim: int) -> dict[str, np.ndarray]:
    """A rotated, sheared, anisotropic, translated layer with an affine of its own on top."""
    affine = np.eye(ndim + 1)
    affine[:ndim] += rng.normal(size=(ndim, ndim + 1))
    return {
        "scale": rng.uniform(0.1, 9, ndim),
        "translate": rng.normal(size=ndim) * 50,
        "rotate": random_rotation(rng, ndim),
        "shear": rng.normal(size=ndim * (ndim - 1) // 2),
        "affine": affine,
    }


# What is drawn of such a layer in 2D does not matter here.
@pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")
@pytest.mark.parametrize("rgb", [False, True])
@pytest.mark.parametrize("kind", LEADING)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.integers(2, 5))
def test_every_point_stays_where_it_was(kind: str, rgb: bool, seed: int, scale: int) -> None:
    rng = np.random.default_rng(seed)
    leading, colours = LEADING[kind], (3,) if rgb else ()
    ndim = len(leading) + 2
    source = Image(np.zeros((*leading, 6, 7, *colours)), rgb=rgb, **random_placement(rng, ndim))
    data = np.zeros((*leading, 6 * scale, 7 * scale, *colours))
    result = upscaled_layer(layer_state(source), data, scale, label="model", provenance={})
    assert result.ndim == ndim
    factors = np.array([1] * len(leading) + [scale, scale])
    for _ in range(10):
        # Pixel i covers i - 0.5 .. i + 0.5, in both layers.
        point = rng.uniform(-0.5, 6.5, ndim)
        same_point = (point + 0.5) * factors - 0.5
        np.testing.assert_allclose(
            result.data_to_world(same_point), source.data_to_world(point), rtol=0, atol=1e-10
        )


def test_an_upscaled_layer_can_be_upscaled_again() -> None:
    rng = np.random.default_rng(4)
    source = Image(np.zeros((6, 7)), **random_placement(rng, 2))
    twice = upscaled_layer(layer_state(source), np.zeros((12, 14)), 2, label="a", provenance={})
    six_times = upscaled_layer(layer_state(twice), np.zeros((36, 42)), 3, label="b", provenance={})
    at_once = upscaled_layer(layer_state(source), np.zeros((36, 42)), 6, label="c", provenance={})
    np.testing.assert_allclose(
        six_times.data_to_world([5, 8]), at_once.data_to_world([5, 8]), atol=1e-10
    )


def test_the_finest_level_of_a_multiscale_layer_counts() -> None:
    levels = [np.zeros((40, 60)), np.zeros((20, 30)), np.zeros((10, 15))]
    source = Image(levels, multiscale=True, scale=(3, 2), translate=(-4, 1))
    result = upscaled_layer(
        layer_state(source), np.zeros((80, 120)), 2, label="model", provenance={}
    )
    assert not result.multiscale
    np.testing.assert_allclose(
        result.data_to_world([79.5, 119.5]), source.data_to_world([39.5, 59.5])
    )


def test_it_looks_like_its_source() -> None:
    source = Image(
        np.arange(42, dtype=np.uint16).reshape(6, 7),
        name="cells",
        colormap=Colormap([[0, 0, 0, 1], [1, 0, 0.5, 1]], name="mine"),
        contrast_limits=(3, 20),
        gamma=0.7,
        opacity=0.4,
        blending="additive",
        interpolation2d="linear",
        interpolation3d="nearest",
        rendering="iso",
        iso_threshold=11,
        attenuation=0.2,
        units=("um", "um"),
        axis_labels=("row", "column"),
        metadata={"stain": "DAPI"},
    )
    source.contrast_limits_range = (0, 4095)
    result = upscaled_layer(
        layer_state(source),
        np.zeros((12, 14), np.uint16),
        2,
        label="fsrcnn-x2",
        provenance={"model": "m"},
    )
    for attribute in [
        "colormap",
        "contrast_limits",
        "contrast_limits_range",
        "gamma",
        "opacity",
        "blending",
        "interpolation2d",
        "interpolation3d",
        "rendering",
        "iso_threshold",
        "attenuation",
        "units",
        "axis_labels",
        "projection_mode",
    ]:
        assert getattr(result, attribute) == getattr(source, attribute), attribute
    assert result.name == "cells [fsrcnn-x2]"
    assert result.metadata == {"stain": "DAPI", "napari-fsrcnn": {"model": "m"}}
    assert source.metadata == {"stain": "DAPI"}


@pytest.mark.parametrize("channels", [3, 4])
def test_colour_stays_colour_and_three_planes_stay_planes(channels: int) -> None:
    colour = Image(np.zeros((6, 7, channels), np.uint8), rgb=True)
    data = np.zeros((12, 14, channels), np.uint8)
    assert upscaled_layer(layer_state(colour), data, 2, label="m", provenance={}).rgb
    planes = Image(np.zeros((50, 40, channels), np.uint8), rgb=False)
    stack = np.zeros((50, 80, 2 * channels), np.uint8)
    result = upscaled_layer(layer_state(planes), stack, 2, label="m", provenance={})
    assert not result.rgb
    np.testing.assert_array_equal(result.scale, [1, 0.5, 0.5])
