"""What is done to HR before and after it is shrunk."""

import numpy as np
import pytest

from napari_fsrcnn.image.degrade import BICUBIC, Degradation
from napari_fsrcnn.image.protocol import make_lr

HR = np.random.default_rng(0).random((120, 90))


def test_without_blur_and_noise_it_is_the_protocol_bit_for_bit() -> None:
    assert BICUBIC.exact
    np.testing.assert_array_equal(BICUBIC.make_lr(HR, 3, "a"), make_lr(HR, 3))


def test_blur_has_its_width_in_hr_pixels() -> None:
    """A point becomes a Gaussian whose variance adds to the bicubic's own."""
    point = np.zeros((303, 303))
    point[151, 151] = 1

    def variance(blur: float) -> float:
        lr = Degradation(blur=blur).make_lr(point, 3, "point")
        y = np.arange(101) - 50
        return float((lr.sum(axis=1) * y**2).sum() / lr.sum()) * 9

    assert variance(4) - variance(0) == pytest.approx(16, rel=0.02)


def test_noise_has_its_size_in_levels_of_255() -> None:
    noise = (Degradation(noise=5).make_lr(HR, 3, "a") - make_lr(HR, 3)) * 255
    assert noise.std() == pytest.approx(5, rel=0.1)
    assert abs(noise.mean()) < 0.5


def test_a_flat_picture_stays_flat_to_its_border_when_blurred() -> None:
    lr = Degradation(blur=6).make_lr(np.full((30, 30), 0.7), 2, "flat")
    np.testing.assert_allclose(lr, 0.7, atol=1e-12)


def test_name_and_seed_decide_the_noise() -> None:
    def lr(name: str, seed: int = 0) -> np.ndarray:
        return Degradation(noise=5, seed=seed).make_lr(HR, 3, name)

    np.testing.assert_array_equal(lr("set/a"), lr("set/a"))
    assert not np.array_equal(lr("set/a"), lr("set/b"))
    assert not np.array_equal(lr("set/a"), lr("set/a", seed=1))
    assert lr("set/\udcff").shape == (40, 30)
