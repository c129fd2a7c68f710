import numpy as np
import pytest

from napari_fsrcnn.datasets.luma import luma_pair, measurable
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.image.degrade import Degradation
from napari_fsrcnn.image.protocol import luma, make_lr
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import ValueRange

RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (31, 47, 3), np.uint8)
GREY = RANDOM.integers(0, 256, (30, 46), np.uint8)


def test_8_bit_colour_follows_the_literature() -> None:
    planes = luma_pair(Pair("set/a", COLOUR, None, rgb=True), 3)
    y = luma(COLOUR)[:30, :45]
    np.testing.assert_allclose(planes.hr * 255, y, atol=1e-4)
    np.testing.assert_allclose(planes.lr * 255, make_lr(y, 3), atol=1e-4)


def test_ready_made_lr_is_used_as_it_is() -> None:
    lr = RANDOM.integers(0, 256, (15, 23), np.uint8)
    planes = luma_pair(Pair("set/a", GREY, lr, rgb=False), 2)
    np.testing.assert_allclose(planes.lr * 255, lr, atol=1e-4)


def test_blur_and_noise_change_lr_alone_and_the_same_way_every_time() -> None:
    pair = Pair("set/a", GREY, None, rgb=False)
    plain = luma_pair(pair, 2)
    blurred, noisy, again = (
        luma_pair(pair, 2, degradation)
        for degradation in (Degradation(blur=2), Degradation(noise=9), Degradation(noise=9))
    )
    np.testing.assert_array_equal(noisy.lr, again.lr)
    assert blurred.lr.std() < plain.lr.std() / 2
    assert (noisy.lr - plain.lr).std() * 255 == pytest.approx(9, rel=0.2)
    for planes in (blurred, noisy):
        np.testing.assert_array_equal(planes.hr, plain.hr)


@pytest.mark.parametrize("degradation", [Degradation(blur=1), Degradation(noise=1)])
def test_ready_made_lr_is_not_degraded(degradation: Degradation) -> None:
    pair = Pair("set/a", GREY, GREY[::2, ::2], rgb=False)
    with pytest.raises(ValueError, match=r"set/a comes with its own LR.*set blur and noise to 0"):
        luma_pair(pair, 2, degradation)


def test_12_bits_in_16_look_like_8_bits_to_the_network() -> None:
    planes = luma_pair(Pair("set/a", GREY.astype(np.uint16) * 16, None, rgb=False), 2)
    eight = luma_pair(Pair("set/a", GREY, None, rgb=False), 2)
    assert np.abs(planes.hr - eight.hr).max() < 0.02
    assert not planes.whole_levels


def test_lr_of_16_bits_shares_hrs_range() -> None:
    hr = GREY.astype(np.uint16) * 100
    lr = np.full((15, 23), 100 * 128, np.uint16)
    planes = luma_pair(Pair("set/a", hr, lr, rgb=False), 2)
    np.testing.assert_allclose(planes.lr, 0.5, atol=0.02)


def test_a_plane_of_a_stack_is_mapped_by_the_range_of_the_stack() -> None:
    hr, lr = GREY.astype(np.uint16) * 100, GREY[::2, ::2].astype(np.uint16) * 100
    for given in (None, lr):
        whole = Pair("set/a[0]", hr, given, rgb=False, value_range=ValueRange(0, 51_000))
        planes = luma_pair(whole, 2)
        np.testing.assert_allclose(planes.hr * 510, GREY, atol=1e-3)
        assert planes.lr.max() < 0.6


@pytest.mark.parametrize(("dtype", "levels"), [(np.uint8, 255.0), (np.float32, 1.0)])
def test_only_8_bit_pictures_are_rounded_before_they_are_measured(
    dtype: type[np.generic], levels: float
) -> None:
    hr = GREY if dtype == np.uint8 else (GREY / 255).astype(dtype)
    planes = luma_pair(Pair("set/a", hr, None, rgb=False), 2)
    restored = imresize(planes.lr, 2)
    measured = measurable(planes, restored)
    assert measured.data_range == levels
    whole = bool((measured.restored == np.round(measured.restored)).all())
    assert whole == (dtype == np.uint8)
