"""What storage refuses, said of the file or folder that was to be written."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = {
    errno.ENOSPC: "The disk of {} is full",
    errno.EDQUOT: "The quota on the disk of {} is used up",
}
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)

# What a full disk may still have free: less than a piece that it gives away.
_REST = 2**20

OTHERWISE = ", or choose another folder"
GO_ON = " and start again in the same way, and it goes on from there, for what was computed is kept"


def check_folder_of(target: Path) -> None:
    """Refuse a name whose folder is none.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        There is no such folder, or it is a file.
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
        In place of one of the system: a sentence, and then without ``strerror``, where there is
        no space or the folder may only be read. What is of other files is left as it is.

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
        named = None if error.filename is None else Path(str(error.filename))
        if named is not None and named != target and not named.is_relative_to(temporary):
            raise
        number = _errno(error, target.parent)
        if number in _FULL:
            full = OSError(f"{_FULL[number].format(target.parent)}: free some space{then}.")
            full.errno = number  # a further block around this one knows it by that
            raise full from error
        if named is not None and number in _REFUSED and error.filename2 is None:  # no rename
            raise PermissionError(
                f"{target} can't be written, since {named.parent} may only be read: choose another "
                f"folder."
            ) from error
        if named is not None or number == errno.EFBIG:
            raise OSError(number, error.strerror, str(target)) from error
        raise


def _errno(error: OSError, folder: Path) -> int | None:
    numpys = error.errno is None and str(error).endswith(" written")  # tifffile writes by numpy
    if numpys and shutil.disk_usage(folder).free < _REST:
        return errno.ENOSPC
    return error.errno
