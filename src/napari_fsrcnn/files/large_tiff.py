"""TIFF files that need not be read whole: mapped where they lie bare on the disk, else by tiles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_fsrcnn.files import tiff_metadata

_PHOTOMETRIC = tifffile.PHOTOMETRIC


@dataclass(frozen=True)
class TiledArray:
    """An array that lies in a file in tiles or strips, which is open only while a part is read.

    Attributes
    ----------
    path : Path
    shape : tuple of int
    dtype : dtype
        As read, or in the file's byte order.
    """

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    def __getitem__(self, region: Any) -> NDArray[Any]:
        """Read a part."""
        import zarr

        with tifffile.imread(self.path, aszarr=True, level=0) as store:
            return np.asarray(zarr.open_array(store, mode="r")[region])


@dataclass(frozen=True)
class MappedArray(TiledArray):
    """An array that lies in a file as it is, mapped into memory only while a part is read.

    A mapping that stays open would let the whole file pile up in the process's memory.

    Attributes
    ----------
    offset : int
        Bytes before the first value.
    """

    offset: int

    def __getitem__(self, region: Any) -> NDArray[Any]:
        """Read a part."""
        mapped = np.memmap(self.path, self.dtype, mode="r", offset=self.offset, shape=self.shape)
        return np.array(mapped[region])


@dataclass(frozen=True, eq=False)
class LargeTiff:
    """A TIFF file's first series.

    Attributes
    ----------
    data : TiledArray
    rgb : bool
        Whether the last axis is colour.
    axes : str
        One letter an axis, in tifffile's code, ending in YX or YXS.
    pixel_size : dict of str to float
        In `unit`, by axis; of T in seconds.
    unit : str
    imagej : dict
        What ImageJ keeps beside that.
    channels : tuple of dict
        What OME-TIFF says of each channel; empty where the file does not say.
    others : int
        How many other images the file holds.
    """

    data: TiledArray
    rgb: bool
    axes: str
    pixel_size: dict[str, float]
    unit: str
    imagej: dict[str, Any]
    channels: tuple[dict[str, str], ...]
    others: int


def open_large_tiff(path: Path) -> LargeTiff | None:
    """Open a TIFF file without reading its pixels.

    Returns
    -------
    LargeTiff or None
        None for a file whose pixels have to be arranged or looked up, and which is read whole
        therefore: palettes, "white is zero", colour in separate planes.

    Raises
    ------
    ValueError
        It is no TIFF file, or one of several of which some are missing.
    """
    with tifffile.TiffFile(path) as file:
        tiff_metadata.check_complete(file)
        series = file.series[0]
        page = series.keyframe.aspage()
        color = page.photometric == _PHOTOMETRIC.RGB
        rgb = color and series.axes.endswith("S") and series.shape[-1] in (3, 4)
        noted = color and "S" not in series.axes  # planes that are written as colours
        grey = noted or page.photometric == _PHOTOMETRIC.MINISBLACK
        if not (rgb or grey) or not series.axes.endswith("YXS" if rgb else "YX"):
            return None
        if page.colormap is not None and not file.is_imagej:
            return None
        size, unit = tiff_metadata.read_pixel_size(file, page)
        dtype = series.dtype.newbyteorder(file.byteorder)
        data = (
            TiledArray(path, series.shape, series.dtype)
            if series.dataoffset is None
            else MappedArray(path, series.shape, dtype, series.dataoffset)
        )
        channels = tiff_metadata.read_channels(file, series.axes, series.shape)
        others = tiff_metadata.count_others(file)
        imagej = tiff_metadata.read_imagej(file)
        return LargeTiff(data, rgb, series.axes, size, unit, imagej, channels, others)
