"""Pictures opened part by part: the same values, axes and sizes as when they are read whole."""

import pickle
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile
import zarr

from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.large_tiff import MappedArray, TiledArray
from napari_fsrcnn.files.ome_zarr_pyramid import create_pyramid, open_levels
from napari_fsrcnn.files.open_picture import open_picture, stamp_of
from napari_fsrcnn.files.pictures import Picture, read_picture, write_picture

STACK = np.random.default_rng(0).integers(0, 4096, (2, 40, 50), np.uint16)
COLOUR = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
PLANES = np.random.default_rng(2).integers(0, 4096, (4, 40, 50), np.uint16)
PLANAR = {"photometric": "rgb", "planarconfig": "separate", "metadata": {"axes": "ZYX"}}

WAYS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "ImageJ": (STACK, {"imagej": True, "metadata": {"axes": "ZYX"}}, MappedArray),
    "OME": (STACK, {"ome": True, "metadata": {"axes": "ZYX"}}, MappedArray),
    "big-endian": (STACK, {"byteorder": ">"}, MappedArray),
    "BigTIFF": (STACK.astype(np.float32), {"bigtiff": True}, MappedArray),
    "colour": (COLOUR, {"photometric": "rgb"}, MappedArray),
    "tiles": (STACK, {"tile": (16, 16)}, TiledArray),
    "compressed": (STACK, {"compression": "zlib"}, TiledArray),
    "compressed colour": (COLOUR, {"photometric": "rgb", "compression": "zlib"}, TiledArray),
    "bits": (STACK > 2000, {"photometric": "minisblack"}, TiledArray),
    "white is zero": (STACK[0], {"photometric": "miniswhite"}, np.ndarray),
    "planar colour": (
        np.moveaxis(COLOUR, -1, 0).copy(),
        {"photometric": "rgb", "planarconfig": "separate"},
        np.ndarray,
    ),
    "planes written as colour": (PLANES, PLANAR, MappedArray),
    "planes written as colour, in tiles": (PLANES, PLANAR | {"tile": (16, 16)}, TiledArray),
    "planes written as colour, compressed": (PLANES, PLANAR | {"compression": "zlib"}, TiledArray),
    "palette": (
        COLOUR[..., 0],
        {"photometric": "palette", "colormap": np.zeros((3, 256), np.uint16)},
        np.ndarray,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_tiff(tmp_path: Path, way: str) -> None:
    data, options, kind = WAYS[way]
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, data, **options)
    whole = read_picture(path)
    found = open_picture(path)
    assert type(getattr(found.data, "array", found.data)) is kind
    assert (tuple(found.data.shape), found.rgb) == (whole.data.shape, whole.rgb)
    np.testing.assert_array_equal(found.data[..., 5:20, 3:], whole.data[..., 5:20, 3:])
    assert [axis.name for axis in found.axes] == list(whole.axes.lower().replace("s", "c"))


def test_the_pixel_size_and_its_unit(tmp_path: Path) -> None:
    size = {"Z": 2.0, "Y": 0.4, "X": 0.4}
    write_picture(tmp_path / "a.tif", Picture(STACK, axes="ZYX", pixel_size=size, unit="µm"))
    found = open_picture(tmp_path / "a.tif").axes
    assert [(axis.name, axis.type, axis.unit) for axis in found] == [
        (name, "space", "micrometer") for name in "zyx"
    ]
    assert [axis.scale for axis in found] == pytest.approx(list(size.values()))


def write_several(path: Path) -> None:
    with tifffile.TiffWriter(path, ome=path.name.endswith(".ome.tif")) as file:
        for size in (50, 40, 30):
            file.write(STACK[..., :size], photometric="minisblack")


def write_pyramid(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:
        file.write(STACK, photometric="minisblack", subifds=1)
        file.write(STACK[:, ::2, ::2], photometric="minisblack", subfiletype=1)


def write_flat_pyramid(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:  # as other programs do, without nesting
        file.write(STACK[0], photometric="minisblack", metadata=None)
        file.write(STACK[0, ::2, ::2], photometric="minisblack", metadata=None, subfiletype=1)


@pytest.mark.parametrize(
    ("name", "write", "others"),
    [
        ("a.ome.tif", write_several, 2),
        ("a.tif", write_several, 2),
        ("a.tif", write_pyramid, 0),
        ("a.tif", write_flat_pyramid, 0),
    ],
)
def test_other_images_are_counted(
    tmp_path: Path, name: str, write: Callable[[Path], None], others: int
) -> None:
    write(tmp_path / name)
    assert open_picture(tmp_path / name).others == others
    picture = read_picture(tmp_path / name)
    assert picture.others == others
    assert picture.enlarged(picture.data, 1).others == 0


@pytest.mark.parametrize(
    ("unit", "seconds"), [({}, 2.5), ({"tunit": "msec"}, 0.0025), ({"tunit": "moons"}, None)]
)
def test_the_frame_interval(tmp_path: Path, unit: dict[str, str], seconds: float | None) -> None:
    notes: dict[str, Any] = {"axes": "TYX", "finterval": 2.5, **unit}
    tifffile.imwrite(tmp_path / "a.tif", STACK, imagej=True, metadata=notes)
    t, y, _ = open_picture(tmp_path / "a.tif").axes
    assert (t.scale, t.unit) == ((1.0, "") if seconds is None else (seconds, "second"))
    assert (y.scale, y.unit) == (1.0, "")


def test_a_mapped_file_does_not_pile_up(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((2000, 2000), np.uint16))
    found = open_picture(tmp_path / "a.tif").data
    tracemalloc.start()
    for row in range(0, 2000, 100):
        assert found[row : row + 100, :100].base is None  # keeps no mapping
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6


def test_png_is_read_whole(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "a.png", COLOUR)
    found = open_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(found.data, COLOUR)
    assert found.rgb
    assert "".join(axis.name for axis in found.axes) == "yxc"


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no file"):
        open_picture(tmp_path / "a.tif")
    with pytest.raises(ValueError, match="holds no Zarr data"):
        open_picture(tmp_path)
    (tmp_path / "a.tif").write_bytes(b"II*\0broken")
    with pytest.raises(ValueError, match=r"a\.tif cannot be read as a picture"):
        open_picture(tmp_path / "a.tif")
    (tmp_path / "a.docx").touch()
    with pytest.raises(ValueError, match="not a kind of picture"):
        open_picture(tmp_path / "a.docx")


def damage_a_tile(path: Path) -> None:
    tifffile.imwrite(path, STACK[0], tile=(32, 32), compression="zlib")
    with tifffile.TiffFile(path) as file:
        page = file.pages[0].aspage()
        offset, length = page.dataoffsets[-1], page.databytecounts[-1]
    content = bytearray(path.read_bytes())
    content[offset : offset + length] = bytes(length)
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    tifffile.imwrite(path, STACK)
    path.write_bytes(path.read_bytes()[:2000])


def damage_a_chunk(path: Path) -> None:
    axes = (named_axis("y"), named_axis("x"))
    create_pyramid(path, [(40, 50)], (20, 25), STACK.dtype, axes, name="a", attributes={})
    open_levels(path)[0][:] = STACK[0]
    (path / "0" / "c" / "1" / "1").write_bytes(b"broken")


@pytest.mark.parametrize(
    ("name", "damage", "kind"),
    [
        ("a.tif", damage_a_tile, "a picture"),
        ("a.tif", cut_short, "a picture"),
        ("a.zarr", damage_a_chunk, "an OME-Zarr image"),
    ],
)
def test_a_part_that_cannot_be_read_is_said_of_the_file(
    tmp_path: Path, name: str, damage: Callable[[Path], None], kind: str
) -> None:
    damage(tmp_path / name)
    data = pickle.loads(pickle.dumps(open_picture(tmp_path / name).data))  # noqa: S301
    assert (data.ndim, data.shape[-2:], data.dtype) == (len(data.shape), (40, 50), STACK.dtype)
    with pytest.raises(ValueError, match=rf"{re.escape(name)} cannot be read as {kind}: .+\.$"):
        data[..., 32:, 32:]


def test_a_stamp_tells_states_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, STACK)
    before = stamp_of(path)
    assert stamp_of(path) == before
    tifffile.imwrite(path, STACK[:1])
    assert stamp_of(path) != before
    for length in (3, 4):
        zarr.create_array(tmp_path / f"{length}.zarr", shape=(length, 5), dtype="u1")
    assert stamp_of(tmp_path / "3.zarr") != stamp_of(tmp_path / "4.zarr")
