"""Small pictures with enough structure to learn from."""

import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig


def drawing(seed: int, size: int = 96) -> np.ndarray:
    """Random smooth shapes with sharp edges: bicubic blurs them, a network can do better."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    picture = np.full((size, size), 128.0)
    for _ in range(12):
        cy, cx = random.uniform(0, size, 2)
        radius = random.uniform(4, size / 4)
        inside = np.hypot(y - cy, x - cx) < radius
        picture[inside] = random.uniform(0, 255)
    return picture.astype(np.uint8)


@pytest.fixture(scope="session")
def pictures() -> list[Pair]:
    return [Pair(f"shapes/{seed}", drawing(seed), None, rgb=False) for seed in range(6)]


@pytest.fixture
def config() -> TrainingConfig:
    """A run of a few seconds."""
    return TrainingConfig(
        arch="fsrcnn-s", scale=2, steps=20, batch=4, patch=12, validate_every=10, device="cpu"
    )
