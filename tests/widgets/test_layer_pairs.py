"""Two layers become HR and LR, or a sentence says why they don't."""

import dask.array
import numpy as np
import pytest
from napari.layers import Image
from scipy.ndimage import gaussian_filter

from napari_fsrcnn.image.protocol import make_lr
from napari_fsrcnn.widgets.layer_pictures import (
    LayerPicture,
    hr_and_lr,
    read_layer_pair,
    take_pictures,
)

SCALE = 2
NOISE = np.random.default_rng(0).random((3, 96, 120))
STACK = np.stack([gaussian_filter(plane, 3) for plane in NOISE])
STACK = ((STACK - STACK.min()) / np.ptp(STACK) * 4000).astype(np.uint16)


def shrunk(hr: np.ndarray) -> np.ndarray:
    return make_lr(hr, SCALE).round().astype(hr.dtype)


def picture(name: str, data: np.ndarray, *, rgb: bool = False) -> LayerPicture:
    return LayerPicture(name, data, rgb)


def test_planes_of_two_layers_are_paired_whichever_is_selected_first() -> None:
    lr = dask.array.from_array(shrunk(STACK), chunks=(1, -1, -1))
    layers = [Image(lr, name="low", contrast_limits=(0, 1)), Image(STACK, name="high")]
    for selected in (layers, layers[::-1]):
        hr_layer, lr_layer = hr_and_lr(take_pictures(selected))
        assert (hr_layer.name, lr_layer.name) == ("high", "low")
        pairs = list(read_layer_pair(hr_layer, lr_layer, SCALE))
        assert [pair.name for pair in pairs] == ["high/0", "high/1", "high/2"]
        for pair, high, low in zip(pairs, STACK, shrunk(STACK), strict=True):
            np.testing.assert_array_equal(pair.hr, high)
            np.testing.assert_array_equal(pair.lr, low)


def test_colour_layers_lose_alpha() -> None:
    hr = np.moveaxis((STACK // 16).astype(np.uint8), 0, -1)
    lr = np.moveaxis(shrunk(np.moveaxis(hr, -1, 0)), 0, -1)
    opaque = np.full((*lr.shape[:2], 1), 255, np.uint8)
    low = picture("low", np.concatenate([lr, opaque], axis=-1), rgb=True)
    (pair,) = read_layer_pair(picture("high", hr, rgb=True), low, SCALE)
    assert pair.rgb
    assert pair.lr is not None
    np.testing.assert_array_equal(pair.lr, lr)


def test_a_pixel_or_two_too_many_are_cut_off() -> None:
    (pair,) = read_layer_pair(
        picture("high", STACK[0, :95, :119]), picture("low", shrunk(STACK[0])), SCALE
    )
    assert pair.lr is not None
    assert (pair.hr.shape, pair.lr.shape) == ((94, 118), (47, 59))


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        ((0, 6), "0.0 LR pixels .* and [23]\\.\\d right of"),
        ((-4, 0), "[12]\\.\\d LR pixels above and 0.0 "),
    ],
)
def test_a_shift_is_told_in_pixels_and_refused(moved: tuple[int, int], told: str) -> None:
    lr = shrunk(np.roll(STACK, moved, axis=(1, 2)))
    pairs = read_layer_pair(picture("high", STACK), picture("low", lr), SCALE)
    with pytest.raises(ValueError, match=f"low lies {told}.*high/0 .*register the two layers"):
        list(pairs)


def test_half_an_lr_pixel_is_no_shift() -> None:
    """Every second pixel is LR too: its centres lie a quarter of an LR pixel off."""
    lr = STACK[:, ::SCALE, ::SCALE]
    assert len(list(read_layer_pair(picture("high", STACK), picture("low", lr), SCALE))) == 3


def test_empty_planes_are_passed() -> None:
    hr = np.zeros_like(STACK)
    assert len(list(read_layer_pair(picture("high", hr), picture("low", shrunk(hr)), SCALE))) == 3


@pytest.mark.parametrize(
    ("lr", "rgb", "reason"),
    [
        (shrunk(STACK)[:2], False, "high has 3 planes and low has 2 planes"),
        (shrunk(STACK)[0], False, "high has 3 planes and low has a single plane"),
        (shrunk(STACK).astype(np.float32), False, "HR is uint16 grey and LR is float32 grey"),
        (np.zeros((3, 48, 60, 3), np.uint16), True, "HR is uint16 grey and LR is uint16 colour"),
        (shrunk(STACK)[:, :40], False, "HR is 96 x 120 pixels, but 2 times LR is 80 x 120"),
        (np.full((3, 48, 60), np.nan, np.float32), False, "low can't be used.* NaN"),
    ],
)
def test_what_does_not_fit_is_refused(lr: np.ndarray, rgb: bool, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        list(read_layer_pair(picture("high", STACK), picture("low", lr, rgb=rgb), SCALE))


def test_layers_of_one_size_are_no_pair() -> None:
    first, other = picture("a", STACK), picture("b", STACK[..., :60])
    with pytest.raises(ValueError, match=r"a \(96 x 120\) and b \(96 x 60\) are no pair"):
        hr_and_lr([first, other])
    for layers in ([first], [first] * 3):
        with pytest.raises(ValueError, match="select two"):
            hr_and_lr(layers)
