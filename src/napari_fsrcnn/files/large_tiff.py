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
class MappedArray:
    """An array that lies in a file as it is, mapped into memory only while a part is read.

    A mapping that stays open would let the whole file pile up in the process's memory.

    Attributes
    ----------
    path : Path
    offset : int
        Bytes before the first value.
    shape : tuple of int
    dtype : dtype
        In the file's byte order.
    """

    path: Path
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    def __getitem__(self, region: Any) -> NDArray[Any]:
        """Read a part."""
        mapped = np.memmap(self.path, self.dtype, mode="r", offset=self.offset, shape=self.shape)
        return np.array(mapped[region])


@dataclass(frozen=True, eq=False)
class LargeTiff:
    """A TIFF file's first series.

    Attributes
    ----------
    data : MappedArray or zarr.Array
    rgb : bool
        Whether the last axis is colour.
    axes : str
        One letter an axis, in tifffile's code, ending in YX or YXS.
    pixel_size : dict of str to float
        In `unit`, by axis.
    unit : str
    """

    data: Any
    rgb: bool
    axes: str
    pixel_size: dict[str, float]
    unit: str


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
        It is no TIFF file.
    """
    with tifffile.TiffFile(path) as file:
        series = file.series[0]
        page = series.keyframe.aspage()
        rgb = page.photometric == _PHOTOMETRIC.RGB and series.shape[-1] in (3, 4)
        grey = page.photometric == _PHOTOMETRIC.MINISBLACK
        if not (rgb or grey) or not series.axes.endswith("YXS" if rgb else "YX"):
            return None
        if page.colormap is not None and not file.is_imagej:
            return None
        size, unit = tiff_metadata.read_pixel_size(file, page)
        data: Any
        if series.dataoffset is None:
            data = _by_tiles(path)
        else:
            dtype = series.dtype.newbyteorder(file.byteorder)
            data = MappedArray(path, series.dataoffset, series.shape, dtype)
        return LargeTiff(data, rgb, series.axes, size, unit)


def _by_tiles(path: Path) -> Any:
    import zarr

    return zarr.open_array(tifffile.imread(path, aszarr=True, level=0), mode="r")
