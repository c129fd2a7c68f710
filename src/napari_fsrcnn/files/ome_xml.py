"""What OME-TIFF's XML says of a picture: the size of its pixels, its time step, its channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from napari_fsrcnn.files.picture import Picture

_SYMBOLS = {"micron": "µm", "microns": "µm", "um": "µm", "\N{GREEK SMALL LETTER MU}m": "µm"}
_NANOMETERS = {"Å": 0.1, "nm": 1.0, "µm": 1e3, "mm": 1e6, "cm": 1e7, "m": 1e9}
SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
SECONDS |= {"msec": 1e-3, "sec": 1.0}
"""Units of time, by OME's and by ImageJ's symbols."""


def read_pixel_size(xml: str) -> tuple[dict[str, float], str]:
    """Return the first image's pixel size as a `Picture` has it, in the unit of X."""
    pixels = _pixels(xml).attrib
    units = {axis: _symbol(pixels.get(f"PhysicalSize{axis}Unit", "µm")) for axis in "ZYX"}
    unit = units["X"]
    size = {
        axis: float(pixels[f"PhysicalSize{axis}"])
        * (_NANOMETERS.get(own, 1.0) / _NANOMETERS.get(unit, 1.0))
        for axis, own in units.items()
        if f"PhysicalSize{axis}" in pixels and (own == unit or {own, unit} <= set(_NANOMETERS))
    }
    unit = unit if size else ""
    seconds = SECONDS.get(pixels.get("TimeIncrementUnit", "s"))
    if "TimeIncrement" in pixels and seconds is not None:
        size["T"] = float(pixels["TimeIncrement"]) * seconds
    return size, unit


def read_channels(xml: str) -> tuple[str, ...]:
    """Return the names of the first image's channels, "" for one that has none."""
    return tuple(channel.get("Name", "") for channel in _pixels(xml).iterfind("{*}Channel"))


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
        notes["Channel"] = {"Name": list(picture.channels)}
    return notes


def _pixels(xml: str) -> ET.Element:
    root = ET.fromstring(xml)  # noqa: S314 - tifffile has parsed it in the same way
    pixels = root.find("{*}Image/{*}Pixels")
    if pixels is None:
        raise ValueError("its OME-XML describes no image")
    return pixels


def _symbol(unit: str) -> str:
    return _SYMBOLS.get(unit, unit)
