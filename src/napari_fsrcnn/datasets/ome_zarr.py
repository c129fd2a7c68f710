"""OME-Zarr images, of versions 0.4 and 0.5, as planes to learn from.

Read with zarr itself: of the metadata, only where the finest level lies and which axes it has are
needed here, for which the libraries made for OME-Zarr would bring dozens of packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.layout import check_picture

if TYPE_CHECKING:
    from zarr import Array

_METADATA = (".zgroup", ".zarray", "zarr.json")


def is_zarr(folder: Path) -> bool:
    """Say whether a folder is Zarr data, by its name or by what lies in it."""
    return folder.is_dir() and (
        folder.suffix.lower() == ".zarr" or any((folder / name).is_file() for name in _METADATA)
    )


def read_ome_zarr(folder: Path) -> Iterator[tuple[tuple[int, ...], NDArray[Any]]]:
    """Read the finest level of an OME-Zarr image plane by plane.

    Parameters
    ----------
    folder : Path
        That of the image: ``cells.ome.zarr``, or ``cells.zarr/0`` where there are several.

    Yields
    ------
    index : tuple of int
        Position of the plane on the axes before Y and X: time, channel, z, as there are.
    plane : ndarray, shape (Y, X)
        In the dtype as stored.

    Raises
    ------
    ValueError
        The folder holds no OME-Zarr image, or it is damaged or no picture.
    """
    try:
        array = _finest_level(folder)
        for index in np.ndindex(array.shape[:-2]):
            plane = np.asarray(array[index])
            check_picture(plane, rgb=False)
            yield index, plane
    except Exception as error:  # damaged chunks make a decoder raise anything at all
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise ValueError(f"{folder} cannot be read as an OME-Zarr image: {reason}.") from error


def _finest_level(folder: Path) -> Array[Any]:
    import zarr

    attributes: Mapping[str, Any] = dict(zarr.open_group(folder, mode="r").attrs)
    image = attributes.get("ome", attributes)  # 0.5, or up to 0.4
    if not isinstance(image, Mapping) or not image.get("multiscales"):
        raise ValueError(
            "it has no multiscales entry; of a plate or a file of several images, give the folder "
            "of each image, such as its folder 0"
        )
    multiscale = image["multiscales"][0]
    # "From largest to smallest", says the specification.
    path = multiscale["datasets"][0]["path"]
    try:
        array = zarr.open_array(folder / path, mode="r")
    except FileNotFoundError as error:
        raise ValueError(f"its level {path} is missing") from error
    axes = [_axis_name(axis) for axis in multiscale.get("axes", "tczyx")]
    if len(axes) != array.ndim or axes[-2:] != ["y", "x"]:
        raise ValueError(
            f"its axes {', '.join(axes)} do not describe an array of shape {array.shape} that "
            f"ends in y and x"
        )
    return array


def _axis_name(axis: str | Mapping[str, str]) -> str:
    """Return an axis' name, which versions before 0.4 gave alone."""
    return axis if isinstance(axis, str) else axis["name"]
