"""Laying out an OME-Zarr 0.5 image, whose chunks are then written one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_fsrcnn.files.axes import Axis, resample_plane

if TYPE_CHECKING:
    from zarr import Array

VERSION = "0.5"


def create_pyramid(
    folder: Path,
    shapes: Sequence[tuple[int, ...]],
    chunks: tuple[int, ...],
    dtype: np.dtype[Any],
    axes: Sequence[Axis],
    *,
    name: str,
    omero: Mapping[str, Any] = MappingProxyType({}),
    attributes: Mapping[str, Any],
) -> None:
    """Write an image's metadata and its levels without chunks.

    Parameters
    ----------
    folder : Path
        Of the image; what is there is replaced.
    shapes : sequence of tuple of int
        Of the levels, each of half the size of the one before along Y and X.
    chunks : tuple of int
        Shape of a chunk, of all levels.
    dtype : dtype
    axes : sequence of Axis
        Of the first level, in OME-Zarr's order.
    name : str
    omero : mapping
        The block of that name: how the channels are called and shown; none where it is empty.
    attributes : mapping
        Plain values beside OME-Zarr's own.

    References
    ----------
    OME-Zarr 0.5, sections 2.3 to 2.5.
    """
    import zarr

    root = zarr.open_group(folder, mode="w", zarr_format=3)
    datasets = []
    for level, shape in enumerate(shapes):
        root.create_array(
            str(level),
            shape=shape,
            chunks=tuple(map(min, chunks, shape)),
            # By name: zarr does not know every class of numpy's for the same 64 bits.
            dtype=dtype.str,
            dimension_names=[axis.name for axis in axes],
        )
        datasets.append(_dataset(level, resample_plane(axes, 1 / 2**level)))
    multiscale = {
        "name": name,
        "type": "mean",
        "axes": [_axis(axis) for axis in axes],
        "datasets": datasets,
    }
    ome: dict[str, Any] = {"version": VERSION, "multiscales": [multiscale]}
    if omero:
        ome["omero"] = dict(omero)
    root.attrs.update({"ome": ome, **attributes})


def open_levels(folder: Path) -> list[Array[Any]]:
    """Open the levels, the finest first, to write chunks into them.

    A chunk of zeros too becomes a file, and a file that is there is a complete chunk: zarr writes
    it beside and renames it.
    """
    import zarr

    (multiscale,) = read_attributes(folder)["ome"]["multiscales"]
    return [
        zarr.open_array(folder / level["path"], mode="r+").with_config({"write_empty_chunks": True})
        for level in multiscale["datasets"]
    ]


def has_chunk(folder: Path, level: int, index: tuple[int, ...]) -> bool:
    """Say whether a chunk is written, by Zarr 3's default names of chunks."""
    return Path(folder, str(level), "c", *map(str, index)).is_file()


def read_attributes(folder: Path) -> dict[str, Any]:
    """Read what an image's folder says of itself; nothing where it is none, or damaged."""
    import zarr

    try:
        return dict(zarr.open_group(folder, mode="r").attrs)
    except (FileNotFoundError, LookupError, TypeError, ValueError):
        return {}


def _axis(axis: Axis) -> dict[str, str]:
    described = {"name": axis.name, "type": axis.type, "unit": axis.unit}
    return {key: value for key, value in described.items() if value}


def _dataset(level: int, axes: Sequence[Axis]) -> dict[str, Any]:
    return {
        "path": str(level),
        "coordinateTransformations": [
            {"type": "scale", "scale": [axis.scale for axis in axes]},
            {"type": "translation", "translation": [axis.translation for axis in axes]},
        ],
    }
