"""Where in a picture one restoration is better."""

from typing import Any

import numpy as np
import pytest

from napari_fsrcnn.evaluation.region_gain import region_gain

RANDOM = np.random.default_rng(1)
HR = RANDOM.integers(0, 200, (60, 80)).astype(np.float64)
NOISE = RANDOM.normal(0, 1, HR.shape)
HOW: dict[str, Any] = {"rgb": False, "channels": "luma", "data_range": 255, "window": 9}


def test_each_half_shows_its_own_gain() -> None:
    left = np.arange(80) < 40
    image = HR + NOISE * np.where(left, 2, 8)
    gained = region_gain(HR, image, HR + 4 * NOISE, **HOW)
    assert gained.shape == HR.shape
    assert gained[:, :30].mean() == pytest.approx(20 * np.log10(4 / 2), abs=0.1)
    assert gained[:, 50:].mean() == pytest.approx(20 * np.log10(4 / 8), abs=0.1)


def test_with_a_window_over_everything_it_is_the_difference_of_the_psnrs() -> None:
    image, baseline = HR + 5 * np.roll(NOISE, 3), HR + 9 * NOISE
    errors = [np.square(each - HR).mean() for each in (image, baseline)]
    gained = region_gain(HR, image, baseline, **{**HOW, "window": 2 * 80 * 60})
    assert gained == pytest.approx(10 * np.log10(errors[1] / errors[0]), abs=0.1)


def test_where_both_are_perfect_nothing_is_gained() -> None:
    assert (region_gain(HR, HR, HR, **HOW) == 0).all()


def test_planes_do_not_see_each_other() -> None:
    hr = np.stack([HR, HR])
    baseline = hr + 4 * NOISE
    image = baseline.copy()
    image[1] = HR
    gained = region_gain(hr, image, baseline, **HOW)
    assert (gained[0] == 0).all()
    assert (gained[1] > 15).all()


@pytest.mark.parametrize("channels", ["luma", "all"])
def test_of_colour_y_or_all_channels(channels: Any) -> None:
    hr = np.stack([HR, HR, HR], axis=-1)
    baseline, image = hr.copy(), hr.copy()
    baseline[..., 2] += 40 * NOISE  # blue
    image[..., 2] += 20 * NOISE
    how = {**HOW, "rgb": True, "channels": channels}
    gained = region_gain(hr, image, baseline, **how)
    assert gained.shape == HR.shape
    assert gained.mean() == pytest.approx(20 * np.log10(2), abs=0.1)
