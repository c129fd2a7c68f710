"""Colour through the upscaling: Y by the network and the rest by bicubic, or each channel."""

from typing import Any

import numpy as np
import pytest
import torch

from napari_fsrcnn.image.colour import rgb2ycbcr
from napari_fsrcnn.image.resize import bicubic_within, imresize
from napari_fsrcnn.image.value_range import ValueRange, find_value_range, from_unit
from napari_fsrcnn.inference.prepared import CPU, prepare
from napari_fsrcnn.inference.tiles import upscale_plane
from napari_fsrcnn.inference.upscale import bicubic, upscale
from napari_fsrcnn.weights.model import Model

PICTURE = np.random.default_rng(2).uniform(0.2, 0.8, (9, 8, 3))
ALPHA = np.random.default_rng(3).uniform(0.1, 0.9, (9, 8, 1))
RGBA = np.concatenate([PICTURE, ALPHA], axis=-1)


@pytest.fixture
def gentle(make_model: Any) -> Model:
    """Weights under which colours stay away from the limits of uint8."""
    model: Model = make_model()
    network: Any = model.network
    network.deconvolution.weight.mul_(0.1)
    network.deconvolution.bias.fill_(0.5)
    return model


def test_luma_is_the_network_on_y_and_bicubic_on_the_rest(model: Model) -> None:
    found = rgb2ycbcr(upscale(PICTURE, model, rgb=True, device="cpu"))
    ycbcr = rgb2ycbcr(PICTURE)
    y = upscale_plane(
        prepare(model.network, CPU), torch.from_numpy(ycbcr[..., 0].astype(np.float32))
    )
    np.testing.assert_allclose(found[..., 0], y.numpy(), atol=1e-5)
    for channel in (1, 2):
        expected = imresize(ycbcr[..., channel], 2)
        np.testing.assert_allclose(found[..., channel], expected, atol=1e-5)


def test_channels_is_the_network_on_each(model: Model) -> None:
    found = upscale(PICTURE, model, rgb=True, color="channels", device="cpu")
    for channel in range(3):
        alone = upscale(PICTURE[..., channel], model, device="cpu")
        np.testing.assert_allclose(found[..., channel], alone, atol=1e-6)


def test_the_channels_share_one_range(model: Model) -> None:
    picture = (PICTURE * [100, 1000, 4000]).astype(np.uint16)
    found = upscale(picture, model, rgb=True, color="channels", device="cpu")
    limits = find_value_range(picture)
    for channel in range(3):
        alone = upscale(picture[..., channel], model, value_range=limits, device="cpu")
        np.testing.assert_array_equal(found[..., channel], alone)


def test_grey_stays_grey(gentle: Model) -> None:
    grey = np.repeat(PICTURE[..., :1], 3, axis=-1)
    found = upscale(grey, gentle, rgb=True, device="cpu")
    np.testing.assert_allclose(found, found[..., :1].repeat(3, axis=-1), atol=1e-5)
    levels = upscale((grey * 255).astype(np.uint8), gentle, rgb=True, device="cpu").astype(int)
    assert np.ptp(levels, axis=-1).max() <= 1


@pytest.mark.parametrize("color", ["luma", "channels"])
@pytest.mark.parametrize("dtype", ["?", "u1", ">u2", "i2", "f2", "f4", ">f8"])
def test_alpha_is_bicubic_and_leaves_the_colors_alone(model: Model, color: Any, dtype: str) -> None:
    factor = {"?": 1.5, "u1": 255, ">u2": 4000, "i2": 4000}.get(dtype, 1)
    image = (RGBA * factor).astype(dtype)
    image[2:5, 2:5, 3] = 0
    found = upscale(image, model, rgb=True, color=color, device="cpu")
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    assert found.shape == (18, 16, 4)
    without = upscale(image[..., :3], model, rgb=True, color=color, device="cpu")
    np.testing.assert_array_equal(found[..., :3], without)
    expected = from_unit(bicubic_within(image[..., 3], 2), ValueRange(0, 1), found.dtype)
    np.testing.assert_array_equal(found[..., 3], expected)


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("color", ["luma", "channels"])
def test_constant_alpha_stays(model: Model, value: int, color: Any) -> None:
    image = np.full((6, 7, 4), value, np.uint8)
    image[..., :3] = (PICTURE[:6, :7] * 255).astype(np.uint8) if PICTURE.shape[1] > 7 else 0
    found = upscale(image, model, rgb=True, color=color, device="cpu")
    assert (found[..., 3] == value).all()


def test_alpha_has_no_part_in_the_range(model: Model) -> None:
    image = (RGBA * 1000).astype(np.uint16)
    opaque = image.copy()
    opaque[..., 3] = 65535
    found, expected = (
        upscale(picture, model, rgb=True, device="cpu")[..., :3] for picture in (opaque, image)
    )
    np.testing.assert_array_equal(found, expected)


def test_stacks_of_color(model: Model) -> None:
    stack = np.stack([RGBA, RGBA[::-1], RGBA * 0.8])[:, np.newaxis]
    found = upscale(stack, model, rgb=True, device="cpu")
    assert found.shape == (3, 1, 18, 16, 4)
    for index in range(3):
        alone = upscale(stack[index, 0], model, rgb=True, device="cpu")
        np.testing.assert_array_equal(found[index, 0], alone)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((31, 32, 3), (62, 64, 3)),
        ((31, 32, 4), (62, 64, 4)),
        ((2, 31, 32, 3), (2, 62, 64, 3)),
        ((31, 30, 3), (31, 60, 6)),
        ((5, 31, 3), (5, 62, 6)),
        ((3, 32, 32), (3, 64, 64)),
    ],
)
def test_color_is_guessed_as_napari_does(
    model: Model, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    image = np.zeros(shape, np.uint8)
    assert upscale(image, model, device="cpu").shape == expected
    assert bicubic(image, 2).shape == expected


def test_color_can_be_told(model: Model) -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    assert upscale(image, model, rgb=False, device="cpu").shape == (40, 80, 6)
    assert upscale(image[:5, :5], model, rgb=True, device="cpu").shape == (10, 10, 3)


def test_a_pure_color_is_seen_only_channel_by_channel(gentle: Model) -> None:
    # Blue has a tenth of Y: what the network does to a blue structure, luma hardly shows.
    blue = np.zeros((12, 12, 3))
    blue[4:8, 4:8, 2] = 1
    by_luma = upscale(blue, gentle, rgb=True, device="cpu")
    by_channel = upscale(blue, gentle, rgb=True, color="channels", device="cpu")
    alone = upscale(blue[..., 2], gentle, device="cpu")
    np.testing.assert_allclose(by_channel[..., 2], alone, atol=1e-6)
    assert not np.allclose(by_luma[..., 2], alone, atol=1e-2)
