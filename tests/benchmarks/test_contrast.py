"""What the comparison of contrasts measures, and with which spans it trains."""

from __future__ import annotations

import contrast
import numpy as np
import pytest
import torch

from napari_fsrcnn.datasets.luma import luma_pair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training import levels
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.validation import Validator


def test_black_and_white_of_y_become_0_and_1() -> None:
    hr = np.zeros((12, 12, 3), np.uint8)
    hr[:, 6:] = 255
    pair = luma_pair(Pair("step", hr, None, rgb=True), 3)
    spread = contrast.spread(pair, 1.0)
    assert (pair.hr.min(), pair.hr.max()) == pytest.approx((16 / 255, 235 / 255))
    assert (spread.hr.min(), spread.hr.max()) == pytest.approx((0, 1), abs=1e-6)
    assert np.ptp(spread.lr) == pytest.approx(np.ptp(pair.lr) * 255 / 219, abs=1 / 255)
    dim = contrast.spread(pair, 0.2)
    assert (dim.hr.min(), dim.hr.max()) == pytest.approx((0, 51 / 255))
    for plane in (dim.hr, dim.lr):
        np.testing.assert_allclose(plane * 255, np.rint(plane * 255), atol=1e-4)


def test_each_span_trains_another_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "SPANS", levels.SPANS)  # gains_of leaves its own there
    rng = np.random.default_rng(0)
    pictures = [
        Pair(f"noise/{name}", rng.integers(256, size=(48, 48), dtype=np.uint8), None, rgb=False)
        for name in "ab"
    ]
    config = TrainingConfig(scale=3, patch=8, batch=2, steps=2, validate_every=2, device="cpu")
    validators = [Validator([luma_pair(pictures[0], 3)], 3, torch.device("cpu"))]
    gains = {span: contrast.gains_of(span, config, pictures, validators) for span in contrast.SPANS}
    assert len({gain for (gain,) in gains.values()}) == len(contrast.SPANS)
    again = contrast.gains_of(contrast.SPANS[0], config, pictures, validators)
    assert again == gains[contrast.SPANS[0]]
