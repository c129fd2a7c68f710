"""Reading and writing a picture by the suffix of its name, whatever the project knows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from napari_fsrcnn.files.atomic import atomic_path, check_target
from napari_fsrcnn.files.explained import explained
from napari_fsrcnn.files.ome_zarr import METADATA
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.raster import check_raster, read_raster, write_raster
from napari_fsrcnn.files.tiff import read_tiff, write_tiff

if TYPE_CHECKING:
    import os

__all__ = [
    "PICTURE_SUFFIXES",
    "WRITTEN_SUFFIXES",
    "Picture",
    "check_output",
    "is_picture",
    "read_picture",
    "write_picture",
]

_TIFF_SUFFIXES = (".tif", ".tiff")
_ONLY_READ = (".gif", ".webp", ".jp2", ".tga", ".pbm", ".pgm", ".ppm", ".pnm")
WRITTEN_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", *_TIFF_SUFFIXES)
PICTURE_SUFFIXES = (*WRITTEN_SUFFIXES, *_ONLY_READ)


def is_picture(path: Path) -> bool:
    """Say whether a name is that of a visible picture; upper and lower case are alike."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".")


def read_picture(path: str | os.PathLike[str]) -> Picture:
    """Read a picture or a stack.

    Parameters
    ----------
    path : path-like
        A file whose suffix is one of `PICTURE_SUFFIXES`, in upper or lower case.

    Returns
    -------
    Picture
        In the file's own dtype, with what the file says about axes and pixel size.

    Raises
    ------
    ValueError
        The suffix is not known, or the file is no readable picture.
    FileNotFoundError
        There is no such file.
    IsADirectoryError
        It is a folder.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import numpy as np
    >>> file = Path(mkdtemp()) / "grey.png"
    >>> write_picture(file, Picture(np.full((3, 5), 1000, np.uint16)))
    >>> read_picture(file).data.dtype, read_picture(file).axes
    (dtype('uint16'), 'YX')
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {path}.")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give a picture in it.")
    if path.name in METADATA:
        raise ValueError(f"{path} is a part of Zarr data: give its folder, {path.parent}.")
    _check_suffix(path, PICTURE_SUFFIXES)
    reader = read_tiff if path.suffix.lower() in _TIFF_SUFFIXES else read_raster
    with explained(path, "a picture"):
        return reader(path)


def write_picture(path: str | os.PathLike[str], picture: Picture) -> None:
    """Write a picture or a stack in the format that the suffix names, whole or not at all.

    Raises
    ------
    ValueError
        The suffix is none of `WRITTEN_SUFFIXES`, or its format cannot hold this dtype, these axes or alpha.
    OSError
        The folder does not exist, or the file cannot be written.
    """
    path = Path(path)
    _check_suffix(path, WRITTEN_SUFFIXES)
    writer = write_tiff if path.suffix.lower() in _TIFF_SUFFIXES else write_raster
    with atomic_path(path) as temporary:
        writer(temporary, picture)


def check_output(path: str | os.PathLike[str], like: Picture) -> None:
    """Refuse a name under which no picture like this one can be written, before it is worked out.

    Parameters
    ----------
    path : path-like
        The file to be written later.
    like : Picture
        Of the same dtype, axes and colours as the one to be written; its size does not matter.

    Raises
    ------
    ValueError, OSError
        As `write_picture`; what only the writing itself shows is not found here.
    """
    path = Path(path)
    check_target(path)
    _check_suffix(path, WRITTEN_SUFFIXES)
    if path.suffix.lower() not in _TIFF_SUFFIXES:
        check_raster(path, like)
        return
    # Only the writing itself shows what TIFF and OME-TIFF can hold: of one pixel, elsewhere.
    y = like.axes.index("Y")
    pixel = like.data[tuple(slice(1) for _ in like.axes[: y + 2])]
    with TemporaryDirectory() as folder:
        write_tiff(Path(folder, path.name), Picture(pixel, like.rgb, like.axes))


def _check_suffix(path: Path, suffixes: tuple[str, ...]) -> None:
    if path.suffix.lower() not in suffixes:
        raise ValueError(
            f"{path} is not a kind of picture for this: the name must end in {', '.join(suffixes)}."
        )
