"""PSNR while a run goes on: that of the literature, on pictures that stay the same."""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from napari_fsrcnn.datasets.luma import LumaPair, luma_pair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.image.metrics import psnr
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.networks.bicubic import BicubicUpsample
from napari_fsrcnn.training.validation import Validator

CPU = torch.device("cpu")


class Offset(nn.Module):
    """Bicubic, some levels too bright: a network whose PSNR can be told beforehand."""

    halo = BicubicUpsample.halo

    def __init__(self, scale: int, levels: float = 0) -> None:
        super().__init__()
        self.scale = scale
        self.hyperparameters: Mapping[str, Any] = {}
        self.brighter = nn.Parameter(torch.tensor(levels / 255))
        self.bicubic = BicubicUpsample(scale)

    def forward(self, lr: Tensor) -> Tensor:
        enlarged: Tensor = self.bicubic(lr)
        return enlarged + self.brighter


def flat(value: int, size: int = 24) -> LumaPair:
    """Grey of one value: bicubic restores it exactly."""
    return luma_pair(Pair(f"flat/{value}", np.full((size, size), value, np.uint8), None, False), 2)


def noise(seed: int) -> Pair:
    random = np.random.default_rng(seed)
    return Pair(f"noise/{seed}", random.integers(0, 256, (30, 36), np.uint8), None, rgb=False)


@given(seed=st.integers(0, 2**31), scale=st.integers(2, 4))
@settings(max_examples=10)
def test_bicubic_s_psnr_is_the_literature_s(seed: int, scale: int) -> None:
    pairs = [luma_pair(noise(seed + n), scale) for n in range(3)]
    expected = [
        psnr(
            np.round(pair.hr * 255),
            np.clip(np.round(imresize(pair.lr, scale) * 255), 0, 255),
            data_range=255,
            shave=scale,
        )
        for pair in pairs
    ]
    assert Validator(pairs, scale, CPU).bicubic_psnr == pytest.approx(np.mean(expected), abs=0.02)


@given(levels=st.integers(1, 40))
@settings(max_examples=10)
def test_an_error_of_so_many_levels_gives_its_psnr(levels: int) -> None:
    validator = Validator([flat(100), flat(150)], 2, CPU)
    found, _ = validator.measure(Offset(2, levels))
    assert found == pytest.approx(20 * np.log10(255 / levels), abs=1e-3)


def test_perfect_pictures_do_not_hide_the_others() -> None:
    black, white = flat(0), flat(255)
    validator = Validator([black, white], 2, CPU)
    assert validator.bicubic_psnr == 100
    # White can be no brighter, so it stays perfect; black is ten levels off.
    found, _ = validator.measure(Offset(2, 10))
    assert found == pytest.approx((100 + 20 * np.log10(25.5)) / 2, abs=1e-3)


def test_the_preview_shows_the_first_picture() -> None:
    first, second = luma_pair(noise(0), 3), luma_pair(noise(1), 3)
    _, preview = Validator([first, second], 3, CPU).measure(Offset(3))
    assert preview.name == "noise/0"
    np.testing.assert_array_equal(preview.lr, first.lr)
    np.testing.assert_array_equal(preview.hr, first.hr)
    np.testing.assert_allclose(preview.network, preview.bicubic, atol=1e-5)
    assert {
        plane.dtype for plane in (preview.lr, preview.hr, preview.network, preview.bicubic)
    } == {np.dtype(np.float32)}


def test_the_network_that_is_measured_is_left_as_it_is() -> None:
    network = Offset(2).train()
    Validator([flat(9)], 2, CPU).measure(network)
    assert network.training


def test_it_can_be_stopped() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(UpscaleStopped):
        Validator([flat(9)], 2, CPU).measure(Offset(2), stop)
