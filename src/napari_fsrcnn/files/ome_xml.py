"""What OME-TIFF's XML says of a picture: the size of its pixels, its time step, its channels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from napari_fsrcnn.files.sizes import seconds, size_along

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from napari_fsrcnn.files.picture import Picture

_SYMBOLS = {"micron": "µm", "microns": "µm", "um": "µm", "\N{GREEK SMALL LETTER MU}m": "µm"}
_NANOMETERS = {"Å": 0.1, "nm": 1.0, "µm": 1e3, "mm": 1e6, "cm": 1e7, "m": 1e9}

# Given anew to what is written.
_OF_THE_FILE = frozenset({"ID", "SamplesPerPixel"})


def read_pixel_size(xml: str) -> tuple[dict[str, float], str]:
    """Return the first image's pixel size as a `Picture` has it, in the unit of X."""
    pixels = _pixels(xml).attrib
    units = {axis: _symbol(pixels.get(f"PhysicalSize{axis}Unit", "µm")) for axis in "ZYX"}
    unit = units["X"]
    size: dict[str, float] = {}
    for axis, own in units.items():
        size |= size_along(axis, pixels.get(f"PhysicalSize{axis}"), _factor(own, unit))
    step = seconds(pixels.get("TimeIncrement"), pixels.get("TimeIncrementUnit", "s"))
    return size | step, unit if size else ""


def read_channels(xml: str) -> tuple[dict[str, str], ...]:
    """Return what is said of each channel of the first image, such as its name and colour."""
    return tuple(
        {name: said for name, said in channel.attrib.items() if name not in _OF_THE_FILE}
        for channel in _pixels(xml).iterfind("{*}Channel")
    )


def other_files(xml: str) -> list[str]:
    """Return the names of the other files in which pages of the first image lie."""
    own = _root(xml).get("UUID")
    uuids = _pixels(xml).iterfind("{*}TiffData/{*}UUID")
    return [uuid.get("FileName", "") for uuid in uuids if uuid.text != own]


def for_omero(channels: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return what is said of channels as OME-Zarr says it: label and colour, where they are known.

    Examples
    --------
    >>> for_omero([{"Name": "DAPI", "Color": "65535"}, {"Color": "-16776961"}])
    [{'label': 'DAPI', 'color': '0000FF'}, {'color': 'FF0000'}]
    """
    return [_label(channel) | _color(channel) for channel in channels]


def for_ome(picture: Picture) -> dict[str, Any]:
    """Return tifffile's notes for OME-TIFF: what `picture` says, by its OME names."""
    notes: dict[str, Any] = {"axes": picture.axes}
    for axis, size in picture.pixel_size.items():
        name, unit = (
            ("TimeIncrement", "s")
            if axis == "T"
            else (f"PhysicalSize{axis}", _symbol(picture.unit or "pixel"))
        )
        notes |= {name: size, f"{name}Unit": unit}
    if picture.channels:
        notes["Channel"] = list(picture.channels)
    return notes


def _label(channel: Mapping[str, str]) -> dict[str, str]:
    return {"label": channel["Name"]} if channel.get("Name") else {}


def _color(channel: Mapping[str, str]) -> dict[str, str]:
    """Turn OME's colour, a signed number of four bytes (red first, alpha last), into hexadecimal."""
    try:
        red_to_alpha = int(channel.get("Color", "")) & 0xFFFFFFFF
    except ValueError:
        return {}
    return {"color": f"{red_to_alpha >> 8:06X}"}


def _pixels(xml: str) -> ET.Element:
    """Find what is said of the first image; nothing is where another file says it."""
    pixels = _root(xml).find("{*}Image/{*}Pixels")
    return ET.Element("Pixels") if pixels is None else pixels


def _root(xml: str) -> ET.Element:
    try:
        return ET.fromstring(xml)  # noqa: S314 - tifffile parses it in the same way
    except ET.ParseError:
        return ET.Element("OME")


def _factor(own: str, unit: str) -> float:
    """From one unit to the other; 0 where there is no way."""
    if own == unit:
        return 1.0
    return _NANOMETERS.get(own, 0.0) / _NANOMETERS.get(unit, math.inf)


def _symbol(unit: str) -> str:
    return _SYMBOLS.get(unit, unit)
