"""What the widgets' tests share: runs that lie elsewhere, and small pictures with structure."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep training runs out of the user's own data folder."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("NAPARI_FSRCNN_RUNS", str(folder))
    return folder


@pytest.fixture
def discs() -> np.ndarray:
    """Six pictures of discs with sharp edges, uint8, (6, 64, 64)."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64]
    pictures = np.full((6, 64, 64), 128, np.uint8)
    for picture in pictures:
        for _ in range(12):
            cy, cx, radius = *random.uniform(0, 64, 2), random.uniform(3, 16)
            picture[np.hypot(y - cy, x - cx) < radius] = random.integers(256)
    return pictures
