"""Sizes and time steps as files note them, of which some are none."""

from __future__ import annotations

import math
from typing import Any

_SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SECONDS |= {"msec": 1e-3, "sec": 1.0}  # ImageJ's symbols, beside OME's


def size_along(axis: str, value: Any, factor: float = 1.0) -> dict[str, float]:
    """Return an axis's entry of `Picture.pixel_size`; empty where the note of it is no size.

    Parameters
    ----------
    axis : str
    value : object
        The note, as a number or as text; None where there is none.
    factor : float
        From the note's unit to the one wanted; 0 where there is no way from one to the other.

    Examples
    --------
    >>> size_along("Z", "500", 1e-3), size_along("Z", "NaN"), size_along("Z", 0)
    ({'Z': 0.5}, {}, {})
    """
    try:
        size = float(value) * factor
    except (TypeError, ValueError, OverflowError):
        return {}
    return {axis: size} if size > 0 and math.isfinite(size) else {}


def seconds(value: Any, unit: str) -> dict[str, float]:
    """Return the entry of T, in seconds; empty where the note is no time step, or of no known unit.

    Examples
    --------
    >>> seconds(500.0, "ms"), seconds("soon", "s"), seconds(1.0, "moons")
    ({'T': 0.5}, {}, {})
    """
    return size_along("T", value, _SECONDS.get(unit, 0.0))
