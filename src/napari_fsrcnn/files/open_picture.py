"""Opening a picture of any size: a file or an OME-Zarr image, read part by part where it can be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fsrcnn.files import ome_xml, tiff_metadata
from napari_fsrcnn.files.axes import Axis, named_axis
from napari_fsrcnn.files.explained import ExplainedArray, explained
from napari_fsrcnn.files.ome_zarr import KIND, is_zarr, open_ome_zarr
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from napari_fsrcnn.files.large_tiff import LargeTiff

_TIFF_SUFFIXES = (".tif", ".tiff")
_KIND = "a picture"


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
    omero : mapping
        OME-Zarr's block of that name, which says how channels are called and shown; its channels
        may lack what is not known.
    others : int
        How many other images the file holds, of which none is here.
    path : Path or None
        The file or folder that it lies in, absolute; None of an array.
    """

    data: Any
    rgb: bool
    axes: tuple[Axis, ...]
    omero: Mapping[str, Any] = field(default_factory=dict)
    others: int = 0
    path: Path | None = None


def open_picture(path: Path) -> OpenPicture:
    """Open a picture, a stack or an OME-Zarr image.

    Parameters
    ----------
    path : Path
        A folder of OME-Zarr, or a file as for :func:`napari_fsrcnn.files.pictures.read_picture`.
        Zarr and most of TIFF are read part by part, anything else now. A part that can't be read
        is a ValueError, too, that names `path`.

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
        array = ExplainedArray(image.array, path, KIND)
        return OpenPicture(
            array, rgb=False, axes=image.axes, omero=image.omero, path=path.absolute()
        )
    picture = _open_file(path)
    in_memory = isinstance(picture, Picture)
    data = picture.data if in_memory else ExplainedArray(picture.data, path, _KIND)
    axes = _axes(picture.axes, picture.pixel_size, picture.unit, rgb=picture.rgb)
    channels = [] if picture.rgb else _channels(picture)
    omero = {"channels": channels} if any(channels) else {}
    return OpenPicture(data, picture.rgb, axes, omero, picture.others, path.absolute())


def stamp_of(path: Path) -> str:
    """Say in a few words which state of a picture this is; another one has other words."""
    if path.is_file():
        state = path.stat()
        return f"{state.st_size} bytes, {state.st_mtime_ns}"
    names = sorted(path.glob("*.json")) + sorted(path.glob(".z*"))
    return hashlib.sha256(b"".join(name.read_bytes() for name in names)).hexdigest()


def _open_file(path: Path) -> LargeTiff | Picture:
    if path.is_file() and path.suffix.lower() in _TIFF_SUFFIXES:
        from napari_fsrcnn.files.large_tiff import open_large_tiff

        with explained(path, _KIND):
            tiff = open_large_tiff(path)
        if tiff is not None:
            return tiff
    return read_picture(path)


def _channels(picture: LargeTiff | Picture) -> list[dict[str, Any]]:
    """Return what OME-TIFF or ImageJ says of the channels of a grey picture, as OME-Zarr says it."""
    if picture.channels:
        return ome_xml.for_omero(picture.channels)
    at = picture.axes.find("C")
    return tiff_metadata.for_omero(picture.imagej, 1 if at < 0 else picture.data.shape[at])


def _axes(
    letters: str, pixel_size: Mapping[str, float], unit: str, *, rgb: bool
) -> tuple[Axis, ...]:
    names = f"{letters[:-1]}C" if rgb else letters.replace("S", "C")
    units = {letter: "s" if letter == "T" else unit for letter in pixel_size}
    return tuple(
        named_axis(letter, units.get(letter, ""), pixel_size.get(letter, 1.0)) for letter in names
    )
