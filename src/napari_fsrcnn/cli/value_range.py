"""The option ``--value-range``, of more than one command."""

from __future__ import annotations


def check_width(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    """Refuse a range of no width, which would make a picture of one value of any other."""
    if pair is not None and pair[0] == pair[1]:
        raise ValueError(
            f"The value range must be LOW HIGH with LOW below HIGH, not {pair[0]:g} {pair[1]:g}."
        )
    return pair
