"""Sizes as files say them: what is none is taken for unknown."""

from typing import Any

import pytest

from napari_fsrcnn.files.sizes import seconds, size_along

NONSENSE = [0, 0.0, -1, "-1", "NaN", float("nan"), "INF", "1e999", 10**400, "", "soon", None, [2]]


@pytest.mark.parametrize("value", NONSENSE)
def test_what_is_no_size_is_unknown(value: Any) -> None:
    assert size_along("X", value) == {}
    assert seconds(value, "s") == {}


def test_a_size_is_told() -> None:
    assert size_along("Z", " 2.5 ", 1e3) == {"Z": 2500.0}
    assert size_along("X", 0.5) == {"X": 0.5}


@pytest.mark.parametrize(
    ("unit", "found"), [("s", {"T": 500.0}), ("ms", {"T": 0.5}), ("moons", {})]
)
def test_a_time_step_is_in_seconds(unit: str, found: dict[str, float]) -> None:
    assert seconds("500", unit) == found
