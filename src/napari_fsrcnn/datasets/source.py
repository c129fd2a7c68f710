"""The data of a training run or an evaluation, by the name that the user gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_fsrcnn.datasets.bsd100 import read_bsd100
from napari_fsrcnn.datasets.folder import sift_folder
from napari_fsrcnn.datasets.pairs import all_usable

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from napari_fsrcnn.datasets.pairs import Pair, Unusable


class ReadingStopped(RuntimeError):
    """Raised when ``stop`` is set before all pictures are read."""


def sift_pairs(data: str | Path, scale: int) -> Iterator[Pair | Unusable]:
    """Read, one after the other, BSD-100 or a folder of pictures, and tell which can't be used.

    Raises
    ------
    OSError, ValueError
        As :func:`read_pairs`, but for single pictures of a folder.
    """
    return read_bsd100(scale) if data == "bsd100" else sift_folder(data, scale)


def read_pairs(data: str | Path, scale: int, stop: threading.Event | None = None) -> list[Pair]:
    """Read BSD-100 (``"bsd100"``, fetched where it is missing) or a folder of pictures.

    A folder that is itself called ``bsd100`` is given as ``"./bsd100"``.

    Raises
    ------
    OSError
        The folder does not exist or holds no picture; the download failed.
    ValueError
        A picture is unreadable, too small or no pair; BSD-100 does not come at this scale.
    ReadingStopped
        `stop` was set; it is looked at before each picture.
    """
    pairs = []
    for pair in all_usable(sift_pairs(data, scale)):
        if stop is not None and stop.is_set():
            raise ReadingStopped("Reading the pictures was stopped.")
        pairs.append(pair)
    return pairs
