"""Pixel size, unit, names and ImageJ's notes: between TIFF files and a `Picture`."""

from __future__ import annotations

import math
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import tifffile

from napari_fsrcnn.files import ome_xml
from napari_fsrcnn.files.sizes import seconds, size_along

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from napari_fsrcnn.files.picture import Picture

TAG_OF_UNIT = {"inch": 2, "cm": 3}
_UNIT_OF_TAG = {tag: unit for unit, tag in TAG_OF_UNIT.items()}
_NO_UNIT_TAG = 1
# Given anew by the shape, the axes and the pixel size of what is written.
_IMAGEJ_DERIVED = frozenset(
    {"ImageJ", "SCIFIO", "axes", "channels", "frames", "hyperstack", "images", "slices", "spacing"}
    | {"unit"}
)


def check_complete(file: tifffile.TiffFile) -> None:
    """Refuse an OME-TIFF with pages in a file that is not there, for which tifffile takes zeros.

    Pages that lie in no file at all were never taken, and zeros are right.
    """
    pages = file.series[0].pages
    if file.series[0].kind != "ome" or None not in pages:
        return
    there = {page.parent.filename for page in pages if page is not None}
    named = ome_xml.other_files(file.ome_metadata or "")
    missing = [name for name in named if PurePath(name).name not in there]
    if missing:
        raise ValueError(
            f"pages of it are missing, whose files are not there or damaged, such as {missing[0]}: "
            f"put all its files into one folder"
        )


def read_pixel_size(
    file: tifffile.TiffFile, page: tifffile.TiffPage
) -> tuple[dict[str, float], str]:
    """Return the pixel's size by axis, and its unit; empty where the file does not say."""
    if file.is_ome:
        return ome_xml.read_pixel_size(file.ome_metadata or "")
    notes = file.imagej_metadata or (file.shaped_metadata or ({},))[0]
    size, unit = _plane_size(notes, page)
    time_unit = _unescaped(str(notes.get("tunit", "sec")))
    return size | seconds(notes.get("finterval"), time_unit), unit


def read_channels(
    file: tifffile.TiffFile, axes: str, shape: tuple[int, ...]
) -> tuple[dict[str, str], ...]:
    """Return what OME-TIFF says of the channels of an array; empty where it says nothing."""
    channels = ome_xml.read_channels(file.ome_metadata or "") if file.is_ome else ()
    n_channels = shape[axes.index("C")] if "C" in axes else 1
    return channels if any(channels) and len(channels) == n_channels else ()


def count_others(file: tifffile.TiffFile) -> int:
    """Count the images beside the first that are neither a smaller form of one nor a mask."""
    pages = [series.keyframe.aspage() for series in file.series[1:]]
    return sum(not (page.is_reduced or page.is_mask) for page in pages)


def read_imagej(file: tifffile.TiffFile) -> dict[str, Any]:
    """Return what ImageJ wrote, but for what follows from the picture itself."""
    notes = file.imagej_metadata or {}
    return {key: value for key, value in notes.items() if key not in _IMAGEJ_DERIVED}


def for_omero(imagej: Mapping[str, Any], n_channels: int) -> list[dict[str, Any]]:
    """Return ImageJ's colours and display ranges as OME-Zarr says them, where each channel has one.

    Examples
    --------
    >>> for_omero({"Ranges": (0.0, 200.0)}, 1)
    [{'window': {'start': 0.0, 'end': 200.0}}]
    """
    ranges = imagej.get("Ranges", ())
    colors = [_brightest(table) for table in imagej.get("LUTs", ())]
    windows = [
        {"window": {"start": low, "end": high}}
        for low, high in zip(ranges[::2], ranges[1::2], strict=True)
    ]
    nothing: list[dict[str, Any]] = [{}] * n_channels
    said = [each if len(each) == n_channels else nothing for each in (colors, windows)]
    return [color | window for color, window in zip(*said, strict=True)]


def resolution_tags(picture: Picture) -> dict[str, Any]:
    """Return tifffile's arguments for the size of a pixel along X and Y."""
    size = picture.pixel_size
    if not {"Y", "X"} <= set(size):
        return {}
    return {
        "resolution": (1 / size["X"], 1 / size["Y"]),
        "resolutionunit": TAG_OF_UNIT.get(picture.unit, _NO_UNIT_TAG),
    }


def for_plain(picture: Picture) -> dict[str, Any]:
    """Return tifffile's note in a plain TIFF: the axes, and what the tags cannot say."""
    notes: dict[str, Any] = {"axes": picture.axes}
    if picture.unit not in {"", *TAG_OF_UNIT}:
        notes["unit"] = picture.unit
    if "Z" in picture.pixel_size:
        notes["spacing"] = picture.pixel_size["Z"]
    if "T" in picture.pixel_size:
        notes["finterval"] = picture.pixel_size["T"]
    return notes


def for_imagej(picture: Picture) -> dict[str, Any]:
    """Return ImageJ's notes, in the ASCII that it wants: µ is written as ImageJ itself does."""
    notes = {
        key: _escaped(value) if isinstance(value, str) and key != "Info" else value
        for key, value in picture.imagej.items()
    }
    unit = {"unit": _escaped(picture.unit)} if picture.unit else {}
    # ImageJ's own frame interval stays with its unit.
    return for_plain(picture) | unit | _labels(picture) | notes


def _labels(picture: Picture) -> dict[str, list[str]]:
    """Name each plane by its channel, the last of ImageJ's stack axes."""
    names = [channel.get("Name", "") for channel in picture.channels]
    if not any(names):
        return {}
    n_planes = math.prod(picture.data.shape[: picture.axes.index("Y")])
    return {"Labels": names * (n_planes // len(names))}


def _plane_size(notes: Mapping[str, Any], page: tifffile.TiffPage) -> tuple[dict[str, float], str]:
    unit = _unescaped(str(notes.get("unit", _UNIT_OF_TAG.get(page.resolutionunit, ""))))
    size = size_along("Z", notes.get("spacing"))
    per_unit_x, per_unit_y = page.resolution
    if min(per_unit_x, per_unit_y) > 0:
        size |= {"Y": 1 / per_unit_y, "X": 1 / per_unit_x}
    # A resolution of 1 without a unit of the file's own is what writers put who know nothing.
    if "unit" not in notes and set(size.values()) <= {1.0}:
        return {}, ""
    return size, unit


def _brightest(table: NDArray[np.uint8]) -> dict[str, str]:
    """Return a table's last colour in hexadecimal; none where that is black, and shows nothing."""
    color = table[:, -1].tobytes().hex().upper()
    return {} if color == "000000" else {"color": color}


def _escaped(text: str) -> str:
    return re.sub(r"[^ -~]", lambda match: f"\\u{ord(match[0]):04X}", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda match: chr(int(match[1], 16)), text)
