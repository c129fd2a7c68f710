"""What a figure gains over another, where both may be infinite."""

from __future__ import annotations


def gain(figure: float, baseline: float) -> float:
    """How much better a figure is than its baseline; 0 where both are the same infinity.

    Examples
    --------
    >>> gain(33.5, 30.0), gain(float("inf"), float("inf"))
    (3.5, 0.0)
    """
    return 0.0 if figure == baseline else figure - baseline
