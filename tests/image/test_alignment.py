"""LR that is shifted against HR is found out, to a fraction of a pixel, and one of other things."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, shift

from napari_fsrcnn.image.alignment import correlate_structures, find_shift
from napari_fsrcnn.image.protocol import make_lr

RANDOM = np.random.default_rng(0)
CELLS = gaussian_filter(RANDOM.random((200, 160)), 4)
CELLS = (CELLS - CELLS.min()) / np.ptp(CELLS)


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("moved", [(0, 0), (0.3, 0), (0.7, -0.6), (3, -2), (0, 6)])
def test_the_shift_is_found_in_lr_pixels_whatever_contrast_and_noise(
    scale: int, moved: tuple[float, float]
) -> None:
    there = shift(CELLS, [scale * each for each in moved], order=3, mode="reflect")
    lr = 300 + 1000 * make_lr(there, scale)
    found = find_shift(CELLS, lr + RANDOM.normal(0, 20, lr.shape), scale)
    assert found is not None
    assert found == pytest.approx(moved, abs=0.25)


def test_noise_and_flat_planes_show_no_shift() -> None:
    for _ in range(10):
        assert find_shift(RANDOM.random((128, 96)), RANDOM.random((64, 48)), 2) is None
    assert find_shift(np.ones((16, 16)), np.ones((8, 8)), 2) is None
    assert find_shift(CELLS, np.zeros((100, 80), np.uint16), 2) is None


def test_a_tiny_plane_shows_none() -> None:
    assert find_shift(np.eye(2), np.eye(1), 2) is None


@pytest.mark.parametrize("noise", [0, 1])
def test_a_pair_is_alike_though_half_of_it_is_noise(noise: float) -> None:
    hr = CELLS + noise * CELLS.std() * RANDOM.normal(size=CELLS.shape)
    lr = 300 - 1000 * make_lr(CELLS, 2)
    lr += noise * lr.std() * RANDOM.normal(size=lr.shape)
    likeness = correlate_structures(hr, -lr, 2)
    inverted = correlate_structures(hr, lr, 2)
    assert likeness is not None
    assert inverted is not None
    assert likeness == pytest.approx(-inverted)
    assert likeness > 0.9


def test_noise_and_flat_planes_are_like_nothing() -> None:
    for size in (16, 48, 128):
        noise = RANDOM.random((2 * size, size)), RANDOM.random((size, size // 2))
        assert correlate_structures(*noise, 2) is None
    assert correlate_structures(CELLS, np.zeros((100, 80), np.uint16), 2) is None
    assert correlate_structures(np.ones((2, 2)), np.ones((1, 1)), 2) is None
