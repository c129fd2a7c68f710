"""What goes wrong in a decoder, said as what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def explained(path: Path, kind: str) -> Iterator[None]:
    """Say of any error in the block which file cannot be read, and why.

    Parameters
    ----------
    path : Path
    kind : str
        What it should be: "a picture".

    Raises
    ------
    ValueError
        In place of whatever was raised.

    Examples
    --------
    >>> with explained(Path("a.tif"), "a picture"):
    ...     raise KeyError("offset")
    Traceback (most recent call last):
    ValueError: a.tif cannot be read as a picture: 'offset'.
    """
    try:
        yield
    except Exception as error:  # broken bytes make a decoder raise anything at all
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise ValueError(f"{path} cannot be read as {kind}: {reason}.") from error
