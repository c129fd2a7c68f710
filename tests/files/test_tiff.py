"""TIFF: any dtype, any axes, and the kinds that other programs write."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from napari_fsrcnn.files.open_picture import open_picture
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import read_picture, write_picture

DTYPES = ["u1", "i1", "<u2", ">u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Draw pictures of any dtype, with up to three stack axes in any order, grey or colour."""
    rgb = draw(st.booleans())
    stack_axes = draw(st.lists(st.sampled_from("TZCQ"), unique=True, max_size=3).map("".join))
    plane = draw(st.tuples(st.integers(1, 20), st.integers(1, 20)))
    stack = draw(st.tuples(*[st.integers(1, 4)] * len(stack_axes)))
    color = (draw(st.integers(3, 4)),) if rgb else ()
    dtype = st.sampled_from(DTYPES if rgb else [*DTYPES, "?"])
    data = draw(hnp.arrays(dtype, (*stack, *plane, *color)))
    return Picture(data, rgb, stack_axes + ("YXS" if rgb else "YX"))


@given(picture=pictures())
@example(picture=Picture(np.zeros((2, 3, 1), np.uint8), axes="TYX"))  # no stack to ImageJ
@example(picture=Picture(np.zeros((1, 3, 4), np.uint8), axes="ZYX"))
def test_tiff_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, picture: Picture
) -> None:
    file = tmp_path_factory.mktemp("tiff") / "a.tif"
    write_picture(file, picture)
    again = read_picture(file)
    assert again.rgb == picture.rgb
    assert again.data.dtype == picture.data.dtype.newbyteorder("=")
    # ImageJ has an order of its own.
    assert again.axes in {picture.axes, "".join(sorted(picture.axes, key="TZCYXS".find))}
    order = [picture.axes.index(axis) for axis in again.axes]
    np.testing.assert_array_equal(again.data, picture.data.transpose(order))


@pytest.mark.parametrize(
    ("dtype", "shape", "axes", "is_imagej"),
    [
        ("uint16", (2, 3, 4, 5), "TZYX", True),
        ("float32", (3, 4, 5), "CYX", True),
        ("uint8", (4, 5, 3), "YXS", True),
        ("uint16", (4, 5, 3), "YXS", False),
        ("uint8", (4, 5, 4), "YXS", False),
        ("float64", (4, 5), "YX", False),
        ("uint8", (1, 4, 5), "ZYX", False),
        ("uint8", (2, 3, 4, 5), "QZYX", False),
    ],
)
def test_imagej_gets_its_own_format_where_it_can_hold_all(
    tmp_path: Path, dtype: str, shape: tuple[int, ...], axes: str, is_imagej: bool
) -> None:
    write_picture(tmp_path / "a.tif", Picture(np.ones(shape, dtype), axes.endswith("S"), axes))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_imagej == is_imagej
        assert file.series[0].axes == axes


@pytest.mark.parametrize(
    ("axes", "in_imagej"), [("CZYX", "ZCYX"), ("TCZYX", "TZCYX"), ("ZTYX", "TZYX")]
)
def test_stacks_of_another_order_come_to_imagej_in_its_own(
    tmp_path: Path, axes: str, in_imagej: str
) -> None:
    shape = range(2, 2 + len(axes))
    data = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    write_picture(tmp_path / "a.tif", Picture(data, axes=axes))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_imagej
        assert file.series[0].axes == in_imagej
        found = file.asarray()
    np.testing.assert_array_equal(found, data.transpose([axes.index(axis) for axis in in_imagej]))


@pytest.mark.parametrize("axes", ["YX", "ZYX", "TCYX", "CZYX", "ZYXS"])
def test_ome_tiff_by_its_suffixes(tmp_path: Path, axes: str) -> None:
    shape = tuple(3 if axis == "S" else 2 + i for i, axis in enumerate(axes))
    picture = Picture(np.arange(np.prod(shape), dtype=np.uint16).reshape(shape), "S" in axes, axes)
    write_picture(tmp_path / "a.ome.tif", picture)
    with tifffile.TiffFile(tmp_path / "a.ome.tif") as file:
        assert file.is_ome
    again = read_picture(tmp_path / "a.ome.tif")
    assert (again.rgb, again.axes) == (picture.rgb, axes)
    np.testing.assert_array_equal(again.data, picture.data)


def test_names_of_channels_are_labels_to_imagej(tmp_path: Path) -> None:
    channels = ({"Name": "DAPI"}, {"Name": "é"})
    data = np.ones((2, 3, 4, 5), np.uint16)
    write_picture(tmp_path / "a.tif", Picture(data, axes="CZYX", channels=channels))
    assert read_picture(tmp_path / "a.tif").imagej["Labels"] == ["DAPI", "é"] * 3


@pytest.mark.parametrize("alpha", ["assocalpha", "unassalpha"])
@pytest.mark.parametrize("name", ["b.tif", "b.ome.tif"])
def test_alpha_stays_of_its_kind(tmp_path: Path, alpha: str, name: str) -> None:
    data = np.ones((4, 5, 4), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="rgb", extrasamples=[alpha])
    write_picture(tmp_path / name, read_picture(tmp_path / "a.tif").enlarged(data, 1))
    with tifffile.TiffFile(tmp_path / name) as file:
        assert file.pages.first.extrasamples == (tifffile.EXTRASAMPLE[alpha.upper()],)


def test_what_ome_tiff_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"OME-TIFF cannot hold .*int64.*: write a plain \.tif"):
        write_picture(tmp_path / "a.ome.tif", Picture(np.ones((4, 5), np.int64)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("data", "rgb", "reason"),
    [
        (np.ones((0, 5)), False, r"shape \(0, 5\) has no pixels"),
        (np.ones((4, 5, 3), bool), True, "bool colour: make it uint8"),
    ],
)
def test_what_no_tiff_can_hold_is_refused(
    tmp_path: Path, data: NDArray[Any], rgb: bool, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        write_picture(tmp_path / "a.tif", Picture(data, rgb))
    assert not list(tmp_path.iterdir())


COLORS = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)


@pytest.mark.parametrize(
    ("mode", "rgb"), [("L", False), ("1", False), ("P", True), ("RGB", True), ("RGBA", True)]
)
def test_other_writers_kinds(tmp_path: Path, mode: str, rgb: bool) -> None:
    image = Image.fromarray(COLORS).convert(mode)
    image.save(tmp_path / "a.tif")
    picture = read_picture(tmp_path / "a.tif")
    assert picture.rgb == rgb
    shown = image.convert("RGB") if mode == "P" else image
    np.testing.assert_array_equal(picture.data, np.asarray(shown))


@pytest.mark.parametrize(
    ("data", "options", "axes", "expected"),
    [
        # colour kept in one plane a colour
        (np.moveaxis(COLORS, -1, 0), {"photometric": "rgb"}, "YXS", COLORS),
        # values of any number beside each other, as some microscopes write channels
        (COLORS[..., :2], {"photometric": "minisblack"}, "CYX", np.moveaxis(COLORS, -1, 0)[:2]),
        (COLORS[..., 0], {"photometric": "miniswhite"}, "YX", 255 - COLORS[..., 0]),
        (COLORS[..., 0] > 9, {"photometric": "miniswhite"}, "YX", COLORS[..., 0] <= 9),
        # measured values, of which none is the largest that there can be
        (COLORS[..., 0] / 7, {"photometric": "miniswhite"}, "YX", COLORS[..., 0] / 7),
    ],
)
def test_other_arrangements(
    tmp_path: Path, data: NDArray[Any], options: dict[str, str], axes: str, expected: NDArray[Any]
) -> None:
    planar = {"planarconfig": "separate" if axes == "YXS" else "contig"}
    options |= planar if data.ndim == 3 else {}
    tifffile.imwrite(tmp_path / "a.tif", data, metadata=None, **options)  # type: ignore[arg-type]
    picture = read_picture(tmp_path / "a.tif")
    assert picture.axes == axes
    assert picture.data.dtype == expected.dtype
    np.testing.assert_array_equal(picture.data, expected)


@pytest.mark.parametrize("planes", [3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("axes", ["ZYX", "TYX", "CYX"])
def test_planes_that_the_file_names_are_no_colours(
    tmp_path: Path, planes: int, dtype: str, axes: str
) -> None:
    stack = np.arange(planes * 4 * 5).reshape(planes, 4, 5).astype(dtype)
    # What tifffile writes of so many planes unless it is told.
    options: dict[str, Any] = {"photometric": "rgb", "planarconfig": "separate"}
    tifffile.imwrite(tmp_path / "a.tif", stack, metadata={"axes": axes}, **options)
    picture = read_picture(tmp_path / "a.tif")
    assert (picture.axes, picture.rgb, picture.data.dtype.name) == (axes, False, dtype)
    np.testing.assert_array_equal(picture.data, stack)
    tifffile.imwrite(tmp_path / "b.tif", stack, **options)
    assert read_picture(tmp_path / "b.tif").axes == "YXS"


@pytest.mark.parametrize(
    ("mode", "compression", "found"),
    [
        ("CMYK", None, "4 samples"),
        ("LAB", None, "3 samples"),
        ("YCbCr", None, "3 samples"),
        ("YCbCr", "packbits", "3 samples"),
    ],
)
def test_other_colours_are_refused_by_a_sentence(
    tmp_path: Path, mode: str, compression: str | None, found: str
) -> None:
    image = Image.fromarray(COLORS).convert(mode)
    image.save(tmp_path / "a.tif", compression=compression)
    reason = f"{found} a pixel of another kind than grey, RGB or RGBA: convert it to RGB first"
    for read in (read_picture, open_picture):
        with pytest.raises(ValueError, match=reason):
            read(tmp_path / "a.tif")


def test_a_profile_is_kept_of_a_single_plane(tmp_path: Path) -> None:
    """tifffile would write it on every page of a stack."""
    colour = np.zeros((6, 7, 3), np.uint8)
    for name, data in (("one.tif", colour), ("stack.tif", np.stack([colour] * 2))):
        write_picture(tmp_path / name, Picture(data, rgb=True, icc_profile=b"profile"))
    assert read_picture(tmp_path / "one.tif").icc_profile == b"profile"
    assert read_picture(tmp_path / "stack.tif").icc_profile == b""


@pytest.mark.parametrize(("code", "value"), [("H", (300, 301)), ("s", "text")])
def test_a_profile_that_is_none_is_passed_over(tmp_path: Path, code: str, value: Any) -> None:
    tag = (34675, code, 0 if code == "s" else 2, value, True)
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((6, 7), np.uint8), extratags=[tag])
    assert read_picture(tmp_path / "a.tif").icc_profile == b""
