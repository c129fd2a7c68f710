"""The extra ``benchmarks``, named where a package of it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needed_by(what: str) -> Iterator[None]:
    """End the program with a sentence where a package that is imported within is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"{what} needs the extra benchmarks: pip install napari-fsrcnn[benchmarks]."
        ) from error
