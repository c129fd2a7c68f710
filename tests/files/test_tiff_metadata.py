"""Pixel size, unit and ImageJ's notes survive the way through this project."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from napari_fsrcnn.files.open_picture import open_picture
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import read_picture, write_picture

SIZES = {"Z": 1.5, "Y": 0.25, "X": 0.125}


@pytest.mark.parametrize("unit", ["µm", "micron", "nm", "Å", "pixel"])
@pytest.mark.parametrize("dtype", ["uint16", "float64"])  # ImageJ's format and the plain one
def test_pixel_size_and_unit_come_back(tmp_path: Path, unit: str, dtype: str) -> None:
    stack = np.ones((2, 3, 4), dtype)
    write_picture(tmp_path / "a.tif", Picture(stack, axes="ZYX", pixel_size=SIZES, unit=unit))
    again = read_picture(tmp_path / "a.tif")
    assert again.pixel_size == pytest.approx(SIZES)
    assert again.unit == unit


@pytest.mark.parametrize(("unit", "in_ome"), [("µm", "µm"), ("micron", "µm"), ("nm", "nm")])
def test_ome_has_the_size_by_its_own_names(tmp_path: Path, unit: str, in_ome: str) -> None:
    stack = np.ones((2, 3, 4), np.uint8)
    write_picture(tmp_path / "a.ome.tif", Picture(stack, axes="ZYX", pixel_size=SIZES, unit=unit))
    again = read_picture(tmp_path / "a.ome.tif")
    assert dict(again.pixel_size) == SIZES
    assert again.unit == in_ome


def test_dots_per_inch_double_when_the_picture_does(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif", np.ones((4, 5), np.uint8), resolution=(300, 300), resolutionunit=2
    )
    picture = read_picture(tmp_path / "a.tif")
    assert picture.unit == "inch"
    write_picture(tmp_path / "b.tif", picture.enlarged(np.ones((8, 10), np.uint8), 2))
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        page = file.pages.first
        assert page.resolution == pytest.approx((600, 600))
        assert page.resolutionunit == 2


def test_no_size_is_invented(tmp_path: Path) -> None:
    for name in ("a.tif", "b.ome.tif", "c.png"):
        write_picture(tmp_path / name, Picture(np.ones((4, 5), np.uint16)))
        again = read_picture(tmp_path / name)
        assert (dict(again.pixel_size), again.unit) == ({}, "")


def test_imagej_finds_its_own_notes_again(tmp_path: Path) -> None:
    notes: dict[str, Any] = {
        "Info": "objective 60x, 37 °C\n2nd line",
        "Labels": ["first", "second"],
        "Ranges": (0.0, 1000.0),
        "LUTs": [np.tile(np.arange(256, dtype=np.uint8), (3, 1))],
        "finterval": 2.5,
        "mode": "composite",
        "min": 3.0,
        "yunit": "\\u00B5m",
    }
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.ones((2, 3, 4), np.uint16),
        imagej=True,
        resolution=(10, 10),
        metadata={"axes": "TYX", "unit": "\\u00B5m", **notes},
    )
    picture = read_picture(tmp_path / "a.tif")
    assert picture.unit == "µm"
    write_picture(tmp_path / "b.tif", picture.enlarged(np.ones((2, 6, 8), np.uint16), 2))
    with (
        tifffile.TiffFile(tmp_path / "a.tif") as before,
        tifffile.TiffFile(tmp_path / "b.tif") as after,
    ):
        assert before.imagej_metadata is not None
        np.testing.assert_equal(after.imagej_metadata, before.imagej_metadata)
        assert after.pages.first.resolution == pytest.approx((20, 20))


def test_imagejs_colours_and_ranges_reach_ome_zarr(tmp_path: Path) -> None:
    grey = np.arange(256, dtype=np.uint8)
    black = np.zeros(256, np.uint8)
    luts = [np.stack([black, black, grey]), np.stack([grey[::-1]] * 3)]
    notes: dict[str, Any] = {"LUTs": luts, "Ranges": (0.0, 200.0, 10.0, 255.0), "mode": "composite"}
    path = tmp_path / "a.tif"
    data = np.ones((2, 3, 4), np.uint16)
    windows: list[dict[str, Any]] = [
        {"window": {"start": 0.0, "end": 200.0}},
        {"window": {"start": 10.0, "end": 255.0}},
    ]
    tifffile.imwrite(path, data, imagej=True, metadata={"axes": "CYX", **notes})
    # A table that ends in black has no colour to name.
    shown = [{"color": "0000FF", **windows[0]}, windows[1]]
    assert open_picture(path).omero == {"channels": shown}
    # Of another number of channels nothing is said.
    tifffile.imwrite(path, data, imagej=True, metadata={"axes": "TYX", **notes})
    assert open_picture(path).omero == {}


@pytest.mark.parametrize("unit", ["inch", "cm"])
def test_imagejs_notes_are_kept_in_units_that_tags_have_too(tmp_path: Path, unit: str) -> None:
    notes: dict[str, Any] = {"axes": "CYX", "unit": unit, "mode": "composite", "Labels": ["a", "b"]}
    data = np.ones((2, 3, 4), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", data, imagej=True, resolution=(72, 72), metadata=notes)
    write_picture(tmp_path / "b.tif", read_picture(tmp_path / "a.tif"))
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert file.imagej_metadata is not None
        assert {key: file.imagej_metadata[key] for key in ("unit", "mode", "Labels")} == {
            key: notes[key] for key in ("unit", "mode", "Labels")
        }
    again = read_picture(tmp_path / "b.tif")
    assert dict(again.pixel_size) == pytest.approx({"Y": 1 / 72, "X": 1 / 72})
    assert again.unit == unit


@pytest.mark.parametrize("dtype", ["uint16", "float64"])  # ImageJ's format and the plain one
def test_a_time_step_of_ome_reaches_other_tiffs(tmp_path: Path, dtype: str) -> None:
    notes = {"axes": "TYX", "TimeIncrement": 500, "TimeIncrementUnit": "ms"}
    tifffile.imwrite(tmp_path / "a.ome.tif", np.ones((2, 4, 5), dtype), ome=True, metadata=notes)
    write_picture(tmp_path / "b.tif", read_picture(tmp_path / "a.ome.tif"))
    assert dict(read_picture(tmp_path / "b.tif").pixel_size) == {"T": 0.5}


def test_imagejs_frame_interval_keeps_its_unit_and_reaches_ome(tmp_path: Path) -> None:
    notes = {"axes": "TYX", "finterval": 500.0, "tunit": "ms"}
    tifffile.imwrite(tmp_path / "a.tif", np.ones((2, 4, 5), "u2"), imagej=True, metadata=notes)
    picture = read_picture(tmp_path / "a.tif")
    assert dict(picture.pixel_size) == {"T": 0.5}
    for name in ("b.tif", "b.ome.tif"):
        write_picture(tmp_path / name, picture)
        assert dict(read_picture(tmp_path / name).pixel_size) == {"T": 0.5}
    assert read_picture(tmp_path / "b.tif").imagej["finterval"] == 500.0


@pytest.mark.parametrize("note", ["soon", "0", "-1", "nan", "inf", [1]])
@pytest.mark.parametrize("imagej", [True, False])
def test_a_note_that_is_no_size_does_not_cost_the_picture(
    tmp_path: Path, note: Any, imagej: bool
) -> None:
    notes = {"axes": "TYX", "unit": "nm", "finterval": note, "spacing": note}
    data = np.ones((2, 4, 5), "u2")
    tifffile.imwrite(
        tmp_path / "a.tif", data, imagej=imagej, resolution=(4, 2), metadata=notes, software=False
    )
    picture = read_picture(tmp_path / "a.tif")
    assert (dict(picture.pixel_size), picture.unit) == ({"Y": 0.5, "X": 0.25}, "nm")
    for name in ("b.tif", "b.ome.tif"):
        write_picture(tmp_path / name, picture.enlarged(data, 1))
        assert dict(read_picture(tmp_path / name).pixel_size) == {"Y": 0.5, "X": 0.25}


def test_a_resolution_of_zero_says_nothing(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.ones((4, 5), np.uint8), resolution=(0, 0))
    assert dict(read_picture(tmp_path / "a.tif").pixel_size) == {}
