"""What a figure gains over another, where both may be infinite."""

from __future__ import annotations


def gain(figure: float, baseline: float) -> float:
    """How much better a figure is than its baseline; 0 where both are the same infinity.

    It is written with the ``z`` of format strings, so that a loss that rounds to zero has no minus.

    Examples
    --------
    >>> gain(33.5, 30.0), gain(float("inf"), float("inf"))
    (3.5, 0.0)
    >>> f"{gain(29.999, 30.0):+z.2f}"
    '+0.00'
    """
    return 0.0 if figure == baseline else figure - baseline
