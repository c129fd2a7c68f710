"""What storage refuses, said of the file or folder that was to be written."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)

# What a full disk may still have free: less than a piece that it gives away.
_REST = 2**20

OTHERWISE = ", or choose another folder"
GO_ON = " and start again in the same way, and it goes on from there, for what was computed is kept"


def check_folder_of(target: Path) -> None:
    """Refuse a name in whose folder nothing can be written.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError
        There is no such folder, it is a file, or it may only be read.
    """
    folder = target.parent
    if not folder.exists():
        raise FileNotFoundError(
            f"The folder {folder} does not exist: create it first, or choose another."
        )
    if not folder.is_dir():
        raise NotADirectoryError(
            f"{target} can't be written, since {folder} is a file: choose another folder."
        )
    if not os.access(folder, os.W_OK):
        raise PermissionError(
            f"{target} can't be written, since {folder} may only be read: choose another folder."
        )


@contextmanager
def written_as(target: Path, temporary: Path, then: str = OTHERWISE) -> Iterator[None]:
    """Say of any error in writing that it is the target which can't be written.

    Parameters
    ----------
    target : Path
        What the user gave.
    temporary : Path
        The file or folder that is written, and then renamed to the target.
    then : str
        What to do where the disk is full, besides freeing some space.

    Raises
    ------
    OSError
        In place of one of the system.

    Examples
    --------
    >>> from pathlib import Path
    >>> with written_as(Path("/data/a.png"), Path("/data/.a-0123.png")):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    OSError: The disk of /data is full: free some space, or choose another folder.
    """
    try:
        yield
    except OSError as error:
        if _is_full(error, target.parent):
            full = OSError(f"The disk of {target.parent} is full: free some space{then}.")
            full.errno = errno.ENOSPC  # a further block around this one knows it by that
            raise full from error
        if error.errno == errno.EFBIG or str(error.filename).startswith(str(temporary)):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _is_full(error: OSError, folder: Path) -> bool:
    if error.errno is None and str(error).endswith(" written"):  # numpy's, by which tifffile writes
        return shutil.disk_usage(folder).free < _REST
    return error.errno in _FULL
