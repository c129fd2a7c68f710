"""Which pictures train, which choose the best weights, and which are kept for the figures."""

from __future__ import annotations

from hashlib import sha256
from math import isclose
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Split(NamedTuple):
    """Names of pictures, sorted, each in exactly one of the three parts."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


def split_names(
    names: Iterable[str], fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
) -> Split:
    """Split names as if at random, but always in the same way.

    A name's place follows from its hash, so neither the order in which a folder is listed nor a
    random generator changes the split: networks that are trained with different seeds are chosen,
    and can be compared, on the same pictures, and those that are kept for testing train none of them.

    Parameters
    ----------
    names : iterable of str
        Names of pictures; one given twice counts once.
    fractions : tuple of three float
        Parts for training, validation and test, summing to 1. A part that is not 0 gets one
        picture at least, as long as training keeps one.

    Raises
    ------
    ValueError
        The fractions do not sum to 1, or one is negative.

    Examples
    --------
    >>> split = split_names([f"bsd100/img_{n:03}" for n in range(1, 101)])
    >>> [len(part) for part in split]
    [80, 10, 10]
    """
    if min(fractions) < 0 or not isclose(sum(fractions), 1):
        raise ValueError(f"The parts of a split must be positive and sum to 1, not {fractions}.")
    shuffled = sorted(set(names), key=_place)
    n_validation = _part(fractions[1], len(shuffled), left=len(shuffled) - 1)
    n_test = _part(fractions[2], len(shuffled), left=len(shuffled) - 1 - n_validation)
    return Split(
        train=tuple(sorted(shuffled[n_validation + n_test :])),
        validation=tuple(sorted(shuffled[:n_validation])),
        test=tuple(sorted(shuffled[n_validation : n_validation + n_test])),
    )


def _place(name: str) -> bytes:
    # The 0 was a seed once. It stays, so that the split of the shipped models' pictures does.
    # A file's name need not be text: Python marks what cannot be decoded by surrogates.
    return sha256(f"0/{name}".encode(errors="surrogateescape")).digest()


def _part(fraction: float, n_names: int, left: int) -> int:
    if fraction == 0 or left <= 0:
        return 0
    return min(max(1, round(fraction * n_names)), left)
