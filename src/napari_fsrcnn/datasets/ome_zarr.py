"""OME-Zarr images as planes to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.files.explained import explained
from napari_fsrcnn.files.ome_zarr import KIND, open_ome_zarr
from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.image.sampled_range import sample_value_range
from napari_fsrcnn.image.value_range import ValueRange


def read_ome_zarr(folder: Path) -> Iterator[tuple[tuple[int, ...], NDArray[Any]]]:
    """Read the finest level of an OME-Zarr image plane by plane.

    Parameters
    ----------
    folder : Path
        As for :func:`napari_fsrcnn.files.ome_zarr.open_ome_zarr`.

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
    array = open_ome_zarr(folder).array
    for index in np.ndindex(array.shape[:-2]):
        with explained(folder, KIND):
            plane = np.asarray(array[index])
            check_picture(plane, rgb=False)
        yield index, plane


def find_ome_zarr_range(folder: Path) -> ValueRange:
    """Find the value range of the finest level of an OME-Zarr image, from a sample of it.

    Raises
    ------
    ValueError
        As :func:`read_ome_zarr`.
    """
    array = open_ome_zarr(folder).array
    with explained(folder, KIND):
        return sample_value_range(array, rgb=False)
