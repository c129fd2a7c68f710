"""This engine beside the plain network, as pytest-benchmark keeps and compares it.

    pytest benchmarks/test_speed.py --benchmark-group-by=param:case --benchmark-autosave

The figures in brackets are ratios to the fastest of a case: they can be compared between machines
(``--benchmark-compare``). Nothing is asserted of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from speed_layers import load_network
from speed_peers import ENGINE, PEERS, PLAIN

CASES = ["fsrcnn x2", "fsrcnn x3", "fsrcnn x4", "fsrcnn-s x2", "srcnn-915 x2"]
SHAPE = (256, 256)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", [ENGINE, PLAIN])
def test_speed(benchmark: Any, case: str, name: str) -> None:
    """Time one picture, and see that it is the right one."""
    architecture, scale = case.split(" x")
    network = load_network(architecture, int(scale))
    lr = np.random.default_rng(0).random(SHAPE, np.float32)
    found = benchmark(PEERS[name](network, SHAPE, 1), lr)
    np.testing.assert_allclose(found, PEERS[PLAIN](network, SHAPE, 1)(lr), rtol=0, atol=1e-4)
