"""OME-Zarr images as planes to learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.files.explained import explained
from napari_fsrcnn.files.ome_zarr import KIND, open_ome_zarr
from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.image.sampled_range import sample_usable_range
from napari_fsrcnn.image.value_range import ValueRange


def ome_zarr_planes(
    folder: Path,
) -> Iterator[tuple[tuple[int, ...], Callable[[], NDArray[Any]]]]:
    """List the planes of the finest level of an OME-Zarr image.

    Parameters
    ----------
    folder : Path
        As for :func:`napari_fsrcnn.files.ome_zarr.open_ome_zarr`.

    Yields
    ------
    index : tuple of int
        Position of the plane on the axes before Y and X: time, channel, z, as there are.
    read : callable
        Gives the plane as an array of shape (Y, X), in the dtype as stored; ValueError if that is
        damaged or no picture.

    Raises
    ------
    ValueError
        The folder holds no OME-Zarr image.
    """
    array = open_ome_zarr(folder).array
    for index in np.ndindex(array.shape[:-2]):
        yield index, partial(_read, folder, array, index)


def _read(folder: Path, array: Any, index: tuple[int, ...]) -> NDArray[Any]:
    with explained(folder, KIND):
        plane = np.asarray(array[index])
        check_picture(plane, rgb=False)
    return plane


def find_ome_zarr_range(folder: Path) -> ValueRange:
    """Find the value range of the finest level of an OME-Zarr image, from a sample of its planes.

    Raises
    ------
    ValueError
        As :func:`ome_zarr_planes`, or no plane of the sample can be used.
    """
    array = open_ome_zarr(folder).array
    with explained(folder, KIND):
        return sample_usable_range(array, rgb=False)
