"""PNG, JPEG, BMP and the others that Pillow reads, grey or colour, through imageio."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import imageio.v3 as iio
import numpy as np

from napari_fsrcnn.files.picture import Picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_ANIMATED = {".gif", ".webp"}
# Pillow's modes that are neither grey nor RGB(A), and the one that keeps what they show.
_READ_AS = {"1": "L", "LA": "RGBA", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB"}
_PER_INCH = {"inch": 1.0, "cm": 2.54}
# Dots per inch that the formats' integers hold: of PNG those per metre.
_MOST_DOTS = {".png": (2**31 - 1) * 0.0254, ".jpg": 65535, ".jpeg": 65535}
_TURNED = {5, 6, 7, 8}  # EXIF orientations that swap X and Y
_PNG = b"\x89PNG\r\n\x1a\n"


def read_raster(path: Path) -> Picture:
    """Read a file that is no TIFF, turned upright where its EXIF orientation asks for it.

    Returns
    -------
    Picture
        uint8 or (16-bit grey) uint16; palettes are applied. One plane, or each frame of an
        animation (GIF, WebP). PGM and PPM keep their numbers, whichever of them is white. The
        resolution of PNG and of JPEG (JFIF) becomes the size of a pixel in inches; an ICC profile
        is kept of single planes.

    Raises
    ------
    ValueError
        No such file by its content, or one with 16 bits for each colour, half of which would be
        lost.
    OSError
        The file cannot be decoded.
    """
    with path.open("rb") as stream:
        header = stream.read(1000)
    if _is_deep_color(header):
        raise ValueError(
            "16 bits for each colour are read from TIFF only, so save it as TIFF (or with 8 bits)"
        )
    try:
        metadata = iio.immeta(path, plugin="pillow", exclude_applied=False)
    except OSError as error:
        if error.errno is not None:  # the file cannot even be opened
            raise
        raise ValueError("its content is not that of such a file") from error
    mode = _READ_AS.get(metadata["mode"])
    if metadata["mode"] == "P" and "transparency" in metadata:
        mode = "RGBA"
    if path.suffix.lower() in _ANIMATED:
        if metadata["mode"] == "P":
            mode = mode or "RGB"
        frames = list(iio.imiter(path, plugin="pillow", mode=mode, rotate=True))
        data = np.stack(frames) if len(frames) > 1 else frames[0]
        return Picture(data, rgb=frames[0].ndim > 2)
    data = _read_plane(path, mode, _number_of_white(header))
    size = _inches(header, metadata)
    return Picture(
        data,
        rgb=data.ndim > 2,
        pixel_size=size,
        unit="inch" if size else "",
        # One of colours that have been converted says nothing of the new ones.
        icc_profile=b"" if metadata["mode"] in _READ_AS else metadata.get("icc_profile") or b"",
    )


def write_raster(path: Path, picture: Picture) -> None:
    """Write one plane as PNG, JPEG or BMP (JPEG at quality 95, colour at full resolution).

    PNG and JPEG get the resolution, where pixels have a size in inches or centimetres that the
    format can hold, and the ICC profile.

    Raises
    ------
    ValueError
        The format cannot hold the picture whole; the sentence names TIFF, which can.
    """
    check_raster(path, picture)
    suffix = path.suffix.lower()
    options: dict[str, Any] = {}
    if suffix in {".jpg", ".jpeg"}:
        options = {"quality": 95, "subsampling": 0}
    if (dpi := _dots_per_inch(picture)) and max(dpi) <= _MOST_DOTS.get(suffix, 0):
        options["dpi"] = dpi
    if picture.icc_profile:
        options["icc_profile"] = picture.icc_profile
    data = np.ascontiguousarray(picture.data, picture.data.dtype.newbyteorder("="))
    # Closed here: imageio, when it closes a file on a full disk, prints a trace.
    with path.open("wb") as file:
        iio.imwrite(file, data, plugin="pillow", extension=suffix, is_batch=False, **options)


def check_raster(path: Path, picture: Picture) -> None:
    """Refuse a picture that the format named by the suffix cannot hold; as `write_raster`."""
    suffix = path.suffix.lower()
    problem = _what_does_not_fit(picture, suffix)
    if problem:
        raise ValueError(f"A {suffix} file cannot hold {problem}: write a .tif file instead.")


def _what_does_not_fit(picture: Picture, suffix: str) -> str:
    data = picture.data
    if data.ndim > 2 + picture.rgb:
        return f"a stack of shape {data.shape}"
    if suffix != ".png" and picture.rgb and data.shape[-1] == 4:
        return "an alpha channel"
    dtypes = {"uint8", "uint16"} if suffix == ".png" and not picture.rgb else {"uint8"}
    if data.dtype.name in dtypes:
        return ""
    return f"{data.dtype.name} {'colour' if picture.rgb else 'samples'}"


def _inches(header: bytes, metadata: dict[str, Any]) -> dict[str, float]:
    """Return the size of a pixel along Y and X; empty where the file does not say.

    Pillow says 72 dots per inch of a JPEG with EXIF that does not say: only JFIF's own are taken.
    """
    if not (header.startswith(_PNG) or metadata.get("jfif_unit") in (1, 2)):
        return {}
    x, y = (float(dots) for dots in metadata.get("dpi", (0, 0)))
    if min(x, y) <= 0:
        return {}
    if metadata.get("Orientation") in _TURNED:
        x, y = y, x
    return {"Y": 1 / y, "X": 1 / x}


def _dots_per_inch(picture: Picture) -> tuple[float, float] | None:
    """Return the resolution along X and Y, where the sizes are those of a print."""
    size = picture.pixel_size
    if picture.unit not in _PER_INCH or not {"X", "Y"} <= size.keys():
        return None
    per_inch = _PER_INCH[picture.unit]
    return (per_inch / size["X"], per_inch / size["Y"])


def _read_plane(path: Path, mode: str | None, white: int) -> NDArray[Any]:
    data = iio.imread(path, plugin="pillow", index=0, mode=mode, rotate=True)
    if data.dtype == np.int32:  # Pillow's form of PGM's 16 bits
        data = data.astype(np.uint16)
    if white:  # Pillow has stretched it to the largest of the dtype
        data = np.rint(data * (white / np.iinfo(data.dtype).max)).astype(data.dtype)
    return data


def _is_deep_color(header: bytes) -> bool:
    """Say whether a header promises colour, or alpha, of 16 bits each: Pillow halves these."""
    if header.startswith(_PNG):
        return header[24:25] == b"\x10" and header[25:26] != b"\0"
    if header.startswith((b"P3", b"P6")):
        return _number_of_white(header) > 255
    if header.startswith(b"\0\0\0\x0cjP  "):
        _, _, jp2 = header.partition(b"ihdr")  # four bytes each of Y and X, two of channels, bits
        return jp2[8:10] > b"\0\1" and jp2[10:11] > b"\7"
    return False


def _number_of_white(header: bytes) -> int:
    """Return the largest number that a PGM or PPM can hold; 0 where the header gives none."""
    if not header.startswith((b"P2", b"P3", b"P5", b"P6")):
        return 0
    fields = re.sub(rb"#[^\r\n]*", b"", header).split(maxsplit=4)
    return int(fields[3]) if len(fields) > 3 and fields[3].isdigit() else 0
