"""Writing a file so that a reader sees the old one or the new one, never half of either."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from napari_fsrcnn.files.storage import check_folder_of, written_as

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = ".napari-fsrcnn-"
_END = len(".safetensors")  # the longest suffix, so that any name leaves room for the rest


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`, renamed over `path` when the block succeeds.

    The block creates and closes the temporary file. It is flushed to the disk before the rename,
    and removed if the block raises (or is interrupted), with `path` then left as it was.

    Parameters
    ----------
    path : path-like
        The file to write. A symbolic link is followed, so the link itself survives. What is there
        and no file, such as a pipe or ``/dev/stdout``, is not replaced but written to.

    Yields
    ------
    Path
        A name in the same folder, with the same suffixes, that does not exist yet. It starts with
        a dot: should the process be killed, what it leaves is hidden and taken for no picture.
        Of a pipe and its like `path` itself.

    Raises
    ------
    OSError
        As :func:`napari_fsrcnn.files.storage.check_folder_of`; `path` is a folder; or of the block,
        said of `path` where it is of the temporary file.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> note = Path(mkdtemp()) / "note.txt"
    >>> with atomic_path(note) as temporary:
    ...     _ = temporary.write_text("all of it")
    >>> note.read_text()
    'all of it'
    """
    target = _target(path)
    if _is_special(target):
        yield target
        return
    temporary = _beside(target)
    try:
        with written_as(target, temporary):
            yield temporary
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            temporary.replace(target)
    finally:
        with suppress(OSError):  # where nothing can be written, nothing can be removed
            temporary.unlink()


def remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left in a folder that no other process writes to.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> (folder / ".napari-fsrcnn-0123456789abcdef.txt").touch()
    >>> remove_leftovers(folder)
    >>> list(folder.iterdir())
    []
    """
    for left in folder.glob(f"{_PREFIX}*"):
        left.unlink(missing_ok=True)


def check_target(path: str | os.PathLike[str]) -> Path:
    """Return the file that a name stands for; to be called before long work whose result it takes.

    Whether a file can be made there is found by making one, and removing it.

    Raises
    ------
    OSError
        As :func:`atomic_path`.
    """
    target = _target(path)
    if _is_special(target):
        return target
    temporary = _beside(target)
    with written_as(target, temporary):
        temporary.touch()
        temporary.unlink()
    return target


def _beside(target: Path) -> Path:
    return target.with_name(f"{_PREFIX}{secrets.token_hex(8)}{target.name[-_END:]}")


def _target(path: str | os.PathLike[str]) -> Path:
    target = Path(path)
    if _is_special(target):  # an open pipe has no other name
        return target
    target = target.resolve()
    check_folder_of(target)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder: give the name of a file in it.")
    return target


def _is_special(path: Path) -> bool:
    """Say whether it is a pipe, a device or the like."""
    return path.exists() and not path.is_file() and not path.is_dir()
