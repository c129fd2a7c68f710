"""TIFF in and out through tifffile, as ImageJ hyperstack, OME-TIFF or plain TIFF."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from napari_fsrcnn.files import ome_xml, tiff_metadata
from napari_fsrcnn.files.picture import Picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_PHOTOMETRIC = tifffile.PHOTOMETRIC
_JPEG = {6, 7, 34892, 33007}  # the compressions whose YCbCr tifffile decodes to RGB
_GREYS = {_PHOTOMETRIC.MINISBLACK, _PHOTOMETRIC.MINISWHITE, _PHOTOMETRIC.PALETTE}
_IMAGEJ_DTYPES = {"uint8", "uint16", "float32"}
_LARGEST_IMAGEJ = 2**32 - 2**25  # bytes; above it tifffile writes BigTIFF, which ImageJ's is not


def read_tiff(path: Path) -> Picture:
    """Read the first series of a TIFF file, at full resolution.

    Y, X and colour become the last axes. Palettes are applied, except ImageJ's: its colour tables
    only say how measured values are shown. "White is zero" is turned into "black is zero", but for
    floats, which are measured values too.

    Raises
    ------
    ValueError
        No TIFF file, one of several of which some are missing, a compression that needs a further
        package, or neither grey nor RGB(A).
    """
    with tifffile.TiffFile(path) as file:
        tiff_metadata.check_complete(file)
        series = file.series[0]
        page = series.keyframe.aspage()
        data, axes, rgb = _arranged(series.asarray(), series.axes, page)
        if page.colormap is not None and not file.is_imagej:
            data, axes, rgb = _with_palette(data, page.colormap), axes + "S", True
        if page.photometric == _PHOTOMETRIC.MINISWHITE and data.dtype.kind != "f":
            data = np.invert(data)
        pixel_size, unit = tiff_metadata.read_pixel_size(file, page)
        return Picture(
            data,
            rgb,
            axes,
            pixel_size,
            unit,
            tiff_metadata.read_imagej(file),
            tiff_metadata.read_channels(file, axes, data.shape),
            tiff_metadata.count_others(file),
            premultiplied=rgb and page.extrasamples == (tifffile.EXTRASAMPLE.ASSOCALPHA,),
            icc_profile=_icc_profile(page),
        )


def write_tiff(path: Path, picture: Picture) -> None:
    """Write a picture or a stack as TIFF, uncompressed; a single plane with its ICC profile.

    A name ending in ``.ome.tif`` makes it OME-TIFF. Otherwise it is an ImageJ hyperstack, in
    ImageJ's order of axes, where ImageJ can hold all of it, and else a plain TIFF with tifffile's
    own note of the axes.

    Raises
    ------
    ValueError
        There are no pixels, colour is bool, or OME-TIFF cannot hold this dtype or these axes.
    """
    hyperstack = _in_imagejs_order(picture)
    data = picture.data
    if data.size == 0:
        raise ValueError(f"An array of shape {data.shape} has no pixels to write.")
    if picture.rgb and data.dtype.name == "bool":  # tifffile would lay out its bits wrongly
        raise ValueError("TIFF cannot hold bool colour: make it uint8 first.")
    options: dict[str, Any] = {"photometric": "rgb" if picture.rgb else "minisblack"}
    if picture.icc_profile and data.ndim == 2 + picture.rgb:  # it would be on every page of a stack
        options["iccprofile"] = picture.icc_profile
    if picture.rgb and data.shape[-1] == 4:
        options["extrasamples"] = ["assocalpha" if picture.premultiplied else "unassalpha"]
    if path.name.lower().endswith((".ome.tif", ".ome.tiff")):
        options |= {"ome": True, "metadata": ome_xml.for_ome(picture)}
    elif _fits_imagej(hyperstack):
        data = hyperstack.data
        options |= {"imagej": True, "metadata": tiff_metadata.for_imagej(hyperstack)}
        options |= tiff_metadata.resolution_tags(picture)
    else:
        options |= {"metadata": tiff_metadata.for_plain(picture)}
        options |= tiff_metadata.resolution_tags(picture)
    try:
        tifffile.imwrite(path, data, **options)
    except tifffile.OmeXmlError as error:
        raise ValueError(
            f"OME-TIFF cannot hold this picture ({error}): write a plain .tif file instead."
        ) from error


def _icc_profile(page: tifffile.TiffPage) -> bytes:
    tag = page.tags.get("InterColorProfile")
    return tag.value if tag is not None and isinstance(tag.value, bytes) else b""


def _arranged(
    data: NDArray[Any], axes: str, page: tifffile.TiffPage
) -> tuple[NDArray[Any], str, bool]:
    """Move Y, X and colour to the end; samples that are no colour become a stack axis."""
    n_samples = data.shape[axes.index("S")] if "S" in axes else 1
    color = page.photometric == _PHOTOMETRIC.RGB or (
        page.photometric == _PHOTOMETRIC.YCBCR and page.compression in _JPEG
    )
    rgb = color and n_samples in {3, 4}
    # tifffile writes three or four planes as colours; its note of the axes still tells what they are.
    noted = color and "S" not in axes
    if not (rgb or noted or page.photometric in _GREYS):
        raise ValueError(
            f"{n_samples} samples a pixel of another kind than grey, RGB or RGBA: "
            f"convert it to RGB first"
        )
    last = "YXS" if rgb else "YX"
    order = sorted(range(len(axes)), key=lambda axis: last.find(axes[axis]))
    arranged = "".join(axes[axis] for axis in order)
    if not rgb:
        arranged = arranged.replace("S", "Q" if "C" in arranged else "C")
    return data.transpose(order), arranged, rgb


def _with_palette(data: NDArray[Any], colormap: NDArray[np.uint16]) -> NDArray[np.uint8]:
    colors = np.moveaxis(colormap >> 8, 0, -1).astype(np.uint8)
    return np.take(colors, data, axis=0)


def _in_imagejs_order(picture: Picture) -> Picture:
    order = sorted(range(picture.data.ndim), key=lambda axis: "TZCYXS".find(picture.axes[axis]))
    axes = "".join(picture.axes[axis] for axis in order)
    return replace(picture, data=picture.data.transpose(order), axes=axes)


def _fits_imagej(picture: Picture) -> bool:
    """Say whether ImageJ's format gives the same array back.

    It knows no stack axis of length 1, and tifffile takes a stack of planes one pixel wide for
    a plane.
    """
    stack_axes = picture.axes[: picture.axes.index("Y")]
    stack_shape = picture.data.shape[: len(stack_axes)]
    color_fits = not picture.rgb or (
        picture.data.dtype.name == "uint8" and picture.data.shape[-1] == 3
    )
    return (
        (len(picture.imagej) > 0 or picture.unit not in tiff_metadata.TAG_OF_UNIT)
        and picture.data.dtype.name in _IMAGEJ_DTYPES
        and color_fits
        and stack_axes in {"", "T", "Z", "C", "TZ", "TC", "ZC", "TZC"}
        and 1 not in (*stack_shape, picture.data.shape[-1])
        and picture.data.nbytes < _LARGEST_IMAGEJ
    )
