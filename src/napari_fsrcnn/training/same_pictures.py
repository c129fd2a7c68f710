"""A run goes on with the pictures that it began with: its split and its best stand on them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

Pictures = frozenset[tuple[str, str]]
"""Names of pictures, each with its fingerprint."""

_NAMED = 3
"""Pictures that a sentence names; of more it tells how many."""


def check_same_pictures(before: Pictures, now: Pictures, run: Path) -> None:
    """Refuse to go on with other pictures than those that the run was saved with.

    Raises
    ------
    ValueError
        If pictures are missing, new or changed.
    """
    missing = {name for name, _ in before - now}
    new = {name for name, _ in now - before}
    kinds = {"missing": missing - new, "new": new - missing, "changed": missing & new}
    told = "; ".join(f"{kind}: {name_some(names)}" for kind, names in kinds.items() if names)
    if told:
        raise ValueError(
            f"{run} can't be resumed, for its pictures are no longer the same ({told}): put them "
            f"back, or start a new run with {run / 'model.safetensors'} as start."
        )


def name_some(names: Collection[str]) -> str:
    """Name a few pictures, and tell how many more there are.

    Examples
    --------
    >>> name_some({"set/a", "set/b"}), name_some({"1", "2", "3", "4", "5"})
    ('set/a, set/b', '1, 2, 3 and 2 more')
    """
    first, more = sorted(names)[:_NAMED], len(names) - _NAMED
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")
