"""PNG, JPEG, BMP and others, with the kinds that people's folders hold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image, ImageCms

from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import read_picture, write_picture

RED_TO_BLUE = np.linspace([200, 10, 30], [20, 10, 220], 48).reshape(6, 8, 3).astype(np.uint8)

plane_shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))
color_shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(3, 4))
pictures_for_png = st.one_of(
    hnp.arrays(np.uint8, plane_shapes).map(Picture),
    hnp.arrays(st.sampled_from(["<u2", ">u2"]), plane_shapes).map(Picture),
    hnp.arrays(np.uint8, color_shapes).map(lambda data: Picture(data, rgb=True)),
)


@given(picture=pictures_for_png)
def test_png_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, picture: Picture
) -> None:
    file = tmp_path_factory.mktemp("png") / "a.png"
    write_picture(file, picture)
    again = read_picture(file)
    assert again.rgb == picture.rgb
    assert again.axes == picture.axes
    assert again.data.dtype == picture.data.dtype.newbyteorder("=")
    np.testing.assert_array_equal(again.data, picture.data)


@pytest.mark.parametrize("name", ["a.bmp", "A.BMP", "a.PNG"])
@pytest.mark.parametrize("data", [RED_TO_BLUE, RED_TO_BLUE[:, ::-1], RED_TO_BLUE[..., 0]])
def test_any_memory_layout_and_case_of_suffix(
    tmp_path: Path, name: str, data: NDArray[np.uint8]
) -> None:
    write_picture(tmp_path / name, Picture(data, rgb=data.ndim == 3))
    np.testing.assert_array_equal(read_picture(tmp_path / name).data, data)


@pytest.mark.parametrize("written", ["a.png", "a.jpg", "a.tif", "a.ome.tif"])
@pytest.mark.parametrize("given", ["in.png", "in.jpg", "in.tif"])
def test_resolution_and_meaning_of_colours_are_kept(
    tmp_path: Path, given: str, written: str
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(RED_TO_BLUE).save(tmp_path / given, dpi=(300, 150), icc_profile=profile)
    picture = read_picture(tmp_path / given)
    assert picture.unit == "inch"
    assert picture.pixel_size == pytest.approx({"Y": 1 / 150, "X": 1 / 300}, rel=1e-4)
    write_picture(tmp_path / written, picture.enlarged(RED_TO_BLUE.repeat(2, 0).repeat(2, 1), 2))
    again = read_picture(tmp_path / written)
    assert again.icc_profile == profile
    assert again.unit == "inch"
    assert again.pixel_size == pytest.approx({"Y": 1 / 300, "X": 1 / 600}, rel=1e-4)


def test_a_resolution_in_centimetres_is_kept_and_one_in_microns_is_not(tmp_path: Path) -> None:
    picture = Picture(RED_TO_BLUE[..., 0], pixel_size={"Y": 0.01, "X": 0.02}, unit="cm")
    write_picture(tmp_path / "a.png", picture)
    with Image.open(tmp_path / "a.png") as file:
        assert file.info["dpi"] == pytest.approx((127, 254), rel=1e-3)
    write_picture(tmp_path / "b.png", replace(picture, unit="µm"))
    assert read_picture(tmp_path / "b.png").pixel_size == {}


@pytest.mark.parametrize(("name", "inches"), [("a.jpg", 1e-5), ("a.png", 1e-9), ("a.bmp", 1e-12)])
def test_a_resolution_that_the_format_cannot_hold_is_left_out(
    tmp_path: Path, name: str, inches: float
) -> None:
    fine = Picture(RED_TO_BLUE[..., 0], pixel_size={"Y": inches, "X": inches}, unit="inch")
    write_picture(tmp_path / name, fine)
    assert read_picture(tmp_path / name).pixel_size == {}


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_x_and_y_of_a_picture_that_is_turned_change_places(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RED_TO_BLUE).save(tmp_path / name, dpi=(300, 150), exif=exif)
    picture = read_picture(tmp_path / name)
    assert picture.data.shape == (8, 6, 3)
    assert picture.pixel_size == pytest.approx({"Y": 1 / 300, "X": 1 / 150}, rel=1e-3)


def test_a_jpeg_that_says_no_resolution_has_none(tmp_path: Path) -> None:
    """Pillow makes up 72 dots per inch where there is EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 1
    Image.fromarray(RED_TO_BLUE).save(tmp_path / "a.jpg", exif=exif)
    picture = read_picture(tmp_path / "a.jpg")
    assert (picture.pixel_size, picture.unit) == ({}, "")


def test_the_profile_of_colours_that_are_converted_is_not_kept(tmp_path: Path) -> None:
    Image.fromarray(RED_TO_BLUE).convert("CMYK").save(tmp_path / "a.jpg", icc_profile=b"of CMYK")
    assert read_picture(tmp_path / "a.jpg").icc_profile == b""


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_jpeg_is_close_in_color_too(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    write_picture(file, Picture(RED_TO_BLUE, rgb=True))
    difference = read_picture(file).data.astype(int) - RED_TO_BLUE
    assert np.abs(difference).max() <= 12


@pytest.mark.parametrize(
    ("name", "data", "rgb", "reason"),
    [
        ("a.png", np.zeros((2, 4, 5), np.uint8), False, r"a stack of shape \(2, 4, 5\)"),
        ("a.png", np.zeros((4, 5, 3), np.uint16), True, "uint16 colour"),
        ("a.png", np.zeros((4, 5), np.float32), False, "float32 samples"),
        ("a.jpg", np.zeros((4, 5), np.uint16), False, "uint16 samples"),
        ("a.jpeg", np.zeros((4, 5, 4), np.uint8), True, "an alpha channel"),
        ("a.bmp", np.zeros((4, 5), np.uint16), False, "uint16 samples"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_by_a_sentence_that_names_tiff(
    tmp_path: Path, name: str, data: NDArray[Any], rgb: bool, reason: str
) -> None:
    with pytest.raises(ValueError, match=f"cannot hold {reason}: write a .tif file instead"):
        write_picture(tmp_path / name, Picture(data, rgb))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("mode", "suffix", "read_as"),
    [
        ("1", ".png", "L"),
        ("LA", ".png", "RGBA"),
        ("P", ".png", "RGB"),
        ("P", ".bmp", "RGB"),
        ("1", ".bmp", "L"),
        ("CMYK", ".jpg", "RGB"),
        ("RGB", ".webp", "RGB"),
        ("RGBA", ".webp", "RGBA"),
        ("P", ".gif", "RGB"),
        ("L", ".jp2", "L"),
        ("RGB", ".jp2", "RGB"),
        ("RGBA", ".jp2", "RGBA"),
        ("L", ".tga", "L"),
        ("P", ".tga", "RGB"),
        ("RGBA", ".tga", "RGBA"),
        ("1", ".pbm", "L"),
        ("L", ".pgm", "L"),
        ("L", ".pnm", "L"),
        ("RGB", ".ppm", "RGB"),
    ],
)
def test_other_kinds_are_read_as_what_they_show(
    tmp_path: Path, mode: str, suffix: str, read_as: str
) -> None:
    file = tmp_path / f"a{suffix}"
    image = Image.fromarray(RED_TO_BLUE).convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    image.save(file, lossless=True)
    picture = read_picture(file)
    assert picture.rgb == (read_as != "L")
    with Image.open(file) as shown:
        np.testing.assert_array_equal(picture.data, np.asarray(shown.convert(read_as)))


def test_a_palette_with_transparency_keeps_it(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "a.png", transparency=0)
    expected = [[[0, 0, 0, 0], [255, 0, 0, 255]]]
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png").data, expected)


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a camera held upright: to be shown turned by 90 degrees clockwise
    bright_left = np.tile(np.repeat(np.array([255, 0], np.uint8), 8), (8, 1))
    Image.fromarray(bright_left).save(tmp_path / "a.jpg", exif=exif)
    data = read_picture(tmp_path / "a.jpg").data
    assert data.shape == (16, 8)
    assert data[0].min() > data[-1].max()


def test_a_16_bit_color_png_is_refused_rather_than_halved(tmp_path: Path) -> None:
    # Neither Pillow nor imageio writes one, so its header is enough: signature, IHDR, 16, RGB.
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (4).to_bytes(4) + (4).to_bytes(4) + b"\x10\x02"
    (tmp_path / "a.png").write_bytes(header + bytes(20))
    with pytest.raises(ValueError, match=r"a\.png cannot be read .*: 16 bits for each colour"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_frames_are_planes(tmp_path: Path, suffix: str) -> None:
    first, *others = (Image.fromarray(np.roll(RED_TO_BLUE, n, axis=0)) for n in range(3))
    first.save(tmp_path / f"a{suffix}", save_all=True, append_images=others, lossless=True)
    picture = read_picture(tmp_path / f"a{suffix}")
    assert picture.axes == "QYXS"
    for n, (_, plane) in enumerate(picture.planes()):
        np.testing.assert_array_equal(plane, np.roll(RED_TO_BLUE, n, axis=0))


@pytest.mark.parametrize("suffix", [".pgm", ".jp2"])
def test_grey_of_16_bits_keeps_them(tmp_path: Path, suffix: str) -> None:
    grey = RED_TO_BLUE[..., 0].astype(np.uint16) * 256 + 7
    Image.fromarray(grey).save(tmp_path / f"a{suffix}")
    picture = read_picture(tmp_path / f"a{suffix}")
    assert picture.data.dtype == np.uint16
    np.testing.assert_array_equal(picture.data, grey)


@pytest.mark.parametrize(
    ("kind", "maxval", "dtype"),
    [
        ("P5", 4095, "uint16"),
        ("P2", 4095, "uint16"),
        ("P5", 256, "uint16"),
        ("P5", 65534, "uint16"),
        ("P5", 100, "uint8"),
        ("P6", 100, "uint8"),
        ("P3", 1, "uint8"),
    ],
)
def test_numbers_are_the_files_own_whatever_it_calls_white(
    tmp_path: Path, kind: str, maxval: int, dtype: str
) -> None:
    shape = (7, 9, 3) if kind in {"P3", "P6"} else (7, 9)
    data = np.random.default_rng(0).integers(0, maxval, shape, dtype, endpoint=True)
    plain = " ".join(map(str, data.ravel())).encode()
    raw = data.astype(data.dtype.newbyteorder(">")).tobytes()
    header = f"{kind}\n# by hand\n9 7\n{maxval}\n".encode()
    (tmp_path / "a.pnm").write_bytes(header + (plain if kind in {"P2", "P3"} else raw))
    found = read_picture(tmp_path / "a.pnm").data
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, data)


@pytest.mark.parametrize("start", [b"P6\n# by hand\n3 2 65535\n", b"P3 3 2 1023 "])
def test_a_16_bit_color_ppm_is_refused_rather_than_halved(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a.ppm").write_bytes(start + b"1 " * 18)
    with pytest.raises(ValueError, match=r"a\.ppm cannot be read .*: 16 bits for each colour"):
        read_picture(tmp_path / "a.ppm")


def test_a_16_bit_color_jp2_is_refused_rather_than_halved(tmp_path: Path) -> None:
    # Pillow writes none, so the header of one with 8 bits is changed.
    Image.fromarray(RED_TO_BLUE).save(tmp_path / "a.jp2")
    whole = (tmp_path / "a.jp2").read_bytes()
    deep = whole.replace(b"\0\x03\x07\x07", b"\0\x03\x0f\x07", 1)
    assert deep != whole
    (tmp_path / "a.jp2").write_bytes(deep)
    with pytest.raises(ValueError, match=r"a\.jp2 cannot be read .*: 16 bits for each colour"):
        read_picture(tmp_path / "a.jp2")
