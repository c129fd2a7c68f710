"""OME-Zarr images of versions 0.4 and 0.5, opened without reading their pixels.

Read with zarr itself: of the metadata, only where the finest level lies, which axes it has and
where these lie are needed here, for which the libraries made for OME-Zarr would bring dozens of
packages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_fsrcnn.files.axes import Axis, named_axis
from napari_fsrcnn.files.explained import explained

if TYPE_CHECKING:
    from zarr import Array

KIND = "an OME-Zarr image"

METADATA = (".zgroup", ".zarray", ".zattrs", "zarr.json")
"""The files in which Zarr data say what they are."""


class OmeImage(NamedTuple):
    """The finest level of an image."""

    array: Array[Any]
    """Shape (..., Y, X)."""
    axes: tuple[Axis, ...]
    omero: Mapping[str, Any]
    """How the channels are called and shown, without the version; empty where it is not said."""


def is_zarr(folder: Path) -> bool:
    """Say whether a folder is Zarr data, by its name or by what lies in it."""
    return folder.is_dir() and (
        folder.suffix.lower() == ".zarr" or any((folder / name).is_file() for name in METADATA)
    )


def open_ome_zarr(folder: Path) -> OmeImage:
    """Open the finest level of an OME-Zarr image.

    Parameters
    ----------
    folder : Path
        That of the image: ``cells.ome.zarr``, or ``cells.zarr/0`` where there are several.

    Raises
    ------
    ValueError
        The folder holds no OME-Zarr image, or one of labels, or its metadata are damaged.
    """
    with explained(folder, KIND):
        return _open(folder)


def _open(folder: Path) -> OmeImage:
    import zarr

    found = zarr.open(folder, mode="r")
    if isinstance(found, zarr.Array):
        raise TypeError(f"it is a bare Zarr array{_what_to_give(folder)}")
    attributes: Mapping[str, Any] = dict(found.attrs)
    image = attributes.get("ome", attributes)  # 0.5, or up to 0.4
    if not isinstance(image, Mapping) or not image.get("multiscales"):
        raise ValueError(
            "it has no multiscales entry; of a plate or a file of several images, give the folder "
            "of each image, such as its folder 0"
        )
    if "image-label" in image:
        raise ValueError(
            "it is a label image, whose numbers are names of objects: enlarge it by nearest "
            "neighbour, such as by numpy.repeat along y and x"
        )
    multiscale = image["multiscales"][0]
    # "From largest to smallest", says the specification.
    finest = multiscale["datasets"][0]
    path = finest["path"]
    try:
        array = zarr.open_array(folder / path, mode="r")
    except FileNotFoundError as error:
        raise ValueError(f"its level {path} is missing") from error
    axes = [_axis(axis) for axis in multiscale.get("axes", "tczyx")]
    names = [axis.name for axis in axes]
    if len(names) != array.ndim or names[-2:] != ["y", "x"]:
        raise ValueError(
            f"its axes {', '.join(names)} do not describe an array of shape {array.shape} that "
            f"ends in y and x"
        )
    for transformed in (finest, multiscale):  # in this order, says the specification
        for each in transformed.get("coordinateTransformations", ()):
            axes = _transformed(axes, each)
    return OmeImage(array, tuple(axes), _omero(image))


def _what_to_give(array: Path) -> str:
    """Say what would be opened in place of an array, which may be a level or stand alone."""
    try:
        open_ome_zarr(array.absolute().parent)
    except ValueError:
        return ", which does not say what its axes are: write it as OME-Zarr first"
    return "; give the folder above it, which holds the image"


def _axis(axis: str | Mapping[str, str]) -> Axis:
    """Describe an axis, of which versions before 0.4 gave the name alone."""
    if isinstance(axis, str):
        return named_axis(axis)
    described = named_axis(axis["name"], axis.get("unit", ""))
    return replace(described, type=axis.get("type", described.type))


def _omero(image: Mapping[str, Any]) -> dict[str, Any]:
    """Take the block "omero", which no picture needs to have right."""
    omero = image.get("omero")
    if not isinstance(omero, Mapping):
        return {}
    channels = omero.get("channels")
    if not isinstance(channels, list) or not all(isinstance(each, Mapping) for each in channels):
        return {}
    return {key: value for key, value in omero.items() if key != "version"}


def _transformed(axes: Sequence[Axis], transformation: Mapping[str, Any]) -> list[Axis]:
    kind = transformation["type"]
    if kind == "identity":
        return list(axes)
    if kind not in {"scale", "translation"} or kind not in transformation:
        raise ValueError(f"its transformation {dict(transformation)} is not one known here")
    values = [float(value) for value in transformation[kind]]
    if kind == "translation":
        return [
            replace(axis, translation=axis.translation + value)
            for axis, value in zip(axes, values, strict=True)
        ]
    return [
        replace(axis, scale=axis.scale * value, translation=axis.translation * value)
        for axis, value in zip(axes, values, strict=True)
    ]
