"""A picture that was cut out of another one and shrunk is found; others are not."""

import numpy as np
import pytest
from overlap import overlaps, shrunk

RANDOM = np.random.default_rng(0)


def picture() -> np.ndarray:
    """Draw blocks of several sizes."""
    plane = np.zeros((400, 400))
    for cells in (5, 10, 20, 40):
        blocks = RANDOM.uniform(0, 255 / cells**0.5, (cells, cells))
        plane += np.kron(blocks, np.ones((400 // cells, 400 // cells)))
    return plane


def test_a_part_is_found_and_no_other() -> None:
    training = {name: picture() for name in ("a", "b", "c")}
    part = shrunk(training["b"][30:290, 50:350], 0.7)
    (found,) = overlaps(training, {"part": part, "other": picture()[:200, :200]})
    assert (found.test, found.training) == ("part", "b")
    assert found.scale == pytest.approx(0.7, abs=0.02)
    assert found.correlation > 0.95
