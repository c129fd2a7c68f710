"""Opening a picture of any size: a file or an OME-Zarr image, read part by part where it can be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fsrcnn.files.axes import Axis, named_axis
from napari_fsrcnn.files.explained import explained
from napari_fsrcnn.files.ome_zarr import is_zarr, open_ome_zarr
from napari_fsrcnn.files.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIFF_SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True, eq=False)
class OpenPicture:
    """A picture that may be larger than memory.

    Attributes
    ----------
    data : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Has ``shape`` and ``dtype``, and gives slices as ndarrays.
    rgb : bool
        Whether the last axis is colour.
    axes : tuple of Axis
        One an axis of `data`.
    """

    data: Any
    rgb: bool
    axes: tuple[Axis, ...]


def open_picture(path: Path) -> OpenPicture:
    """Open a picture, a stack or an OME-Zarr image.

    Parameters
    ----------
    path : Path
        A folder of OME-Zarr, or a file as for :func:`napari_fsrcnn.files.pictures.read_picture`.
        Zarr and most of TIFF are read part by part, anything else now.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is no picture, or cannot be read.
    """
    if path.is_dir():
        if not is_zarr(path):
            raise ValueError(f"{path} is a folder but holds no Zarr data: give a picture.")
        image = open_ome_zarr(path)
        return OpenPicture(image.array, rgb=False, axes=image.axes)
    if path.is_file() and path.suffix.lower() in _TIFF_SUFFIXES:
        from napari_fsrcnn.files.large_tiff import open_large_tiff

        with explained(path, "a picture"):
            tiff = open_large_tiff(path)
        if tiff is not None:
            return OpenPicture(
                tiff.data, tiff.rgb, _axes(tiff.axes, tiff.pixel_size, tiff.unit, rgb=tiff.rgb)
            )
    picture = read_picture(path)
    axes = _axes(picture.axes, picture.pixel_size, picture.unit, rgb=picture.rgb)
    return OpenPicture(picture.data, picture.rgb, axes)


def stamp_of(path: Path) -> str:
    """Say in a few words which state of a picture this is; another one has other words."""
    if path.is_file():
        state = path.stat()
        return f"{state.st_size} bytes, {state.st_mtime_ns}"
    names = sorted(path.glob("*.json")) + sorted(path.glob(".z*"))
    return hashlib.sha256(b"".join(name.read_bytes() for name in names)).hexdigest()


def _axes(
    letters: str, pixel_size: Mapping[str, float], unit: str, *, rgb: bool
) -> tuple[Axis, ...]:
    names = f"{letters[:-1]}C" if rgb else letters.replace("S", "C")
    return tuple(
        named_axis(letter, unit if letter in pixel_size else "", pixel_size.get(letter, 1.0))
        for letter in names
    )
