"""What goes wrong in a decoder, said as what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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


@dataclass(frozen=True, eq=False)
class ExplainedArray:
    """An array that is read part by part, and says which file it is of which a part can't be read.

    Attributes
    ----------
    array : array_like
        Has ``shape`` and ``dtype``, and gives slices as ndarrays.
    path, kind
        As for :func:`explained`.
    """

    array: Any
    path: Path
    kind: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(self.array.shape)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """As read."""
        dtype: np.dtype[Any] = self.array.dtype
        return dtype

    def __getitem__(self, region: Any) -> NDArray[Any]:
        """Read a part."""
        with explained(self.path, self.kind):
            part: NDArray[Any] = self.array[region]
            return part
