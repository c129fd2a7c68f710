"""OME-TIFF's XML: sizes in one unit, the time step and the channels' names, there and back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from napari_fsrcnn.files.open_picture import open_picture
from napari_fsrcnn.files.pictures import read_picture, write_picture

STACK = np.arange(2 * 3 * 4 * 5, dtype=np.uint16).reshape(2, 3, 4, 5)


def write(path: Path, axes: str, **notes: Any) -> Path:
    tifffile.imwrite(
        path, STACK, ome=True, photometric="minisblack", metadata={"axes": axes, **notes}
    )
    return path


def upscaled(path: Path) -> tifffile.TiffFile:
    picture = read_picture(path)
    enlarged = picture.enlarged(picture.data.repeat(2, -2).repeat(2, -1), 2)
    write_picture(path.with_name("b.ome.tif"), enlarged)
    return tifffile.TiffFile(path.with_name("b.ome.tif"))


def pixels(path: Path) -> Any:
    with upscaled(path) as file:
        return tifffile.xml2dict(file.ome_metadata or "")["OME"]["Image"]["Pixels"]


@pytest.mark.parametrize(
    ("unit_of_x", "unit_of_z", "sizes"),
    [
        ("µm", "nm", {"Z": 0.5, "Y": 0.25, "X": 0.25}),
        ("Å", "nm", {"Z": 5000, "Y": 0.25, "X": 0.25}),
        ("pixel", "nm", {"Y": 0.25, "X": 0.25}),  # no way from one to the other
    ],
)
def test_lengths_are_in_one_unit(
    tmp_path: Path, unit_of_x: str, unit_of_z: str, sizes: dict[str, float]
) -> None:
    notes: dict[str, Any] = {f"PhysicalSize{axis}": 0.25 for axis in "XY"}
    notes |= {f"PhysicalSize{axis}Unit": unit_of_x for axis in "XY"}
    notes |= {"PhysicalSizeZ": 500, "PhysicalSizeZUnit": unit_of_z}
    found = read_picture(write(tmp_path / "a.ome.tif", "CZYX", **notes))
    assert dict(found.pixel_size) == pytest.approx(sizes)
    assert found.unit == unit_of_x


@pytest.mark.parametrize(("step", "unit"), [(2.5, "s"), (2500, "ms")])
def test_the_time_step(tmp_path: Path, step: float, unit: str) -> None:
    path = write(tmp_path / "a.ome.tif", "TZYX", TimeIncrement=step, TimeIncrementUnit=unit)
    t, z, *_ = open_picture(path).axes
    assert (t.scale, t.unit) == (2.5, "second")
    assert (z.scale, z.unit) == (1.0, "")
    again = pixels(path)
    assert (again["TimeIncrement"], again["TimeIncrementUnit"]) == (2.5, "s")


@pytest.mark.parametrize("step", ["0.0", "-1", "NaN", "INF", "", "soon"])
def test_a_time_step_that_is_none_does_not_cost_the_picture(tmp_path: Path, step: str) -> None:
    path = write(tmp_path / "a.ome.tif", "TZYX", PhysicalSizeX=0.5, TimeIncrement=step)
    np.testing.assert_array_equal(read_picture(path).data, STACK)
    t, *_, x = open_picture(path).axes
    assert (t.scale, t.unit) == (1.0, "")
    assert (x.scale, x.unit) == (0.5, "micrometer")
    assert "TimeIncrement" not in pixels(path)


@pytest.mark.parametrize("size", ["0", "-1", "NaN", "INF", "", "thin"])
def test_a_length_that_is_none_is_not_known(tmp_path: Path, size: str) -> None:
    known = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.25}
    path = write(tmp_path / "a.ome.tif", "CZYX", PhysicalSizeZ=size, **known)
    picture = read_picture(path)
    assert (dict(picture.pixel_size), picture.unit) == ({"Y": 0.25, "X": 0.5}, "µm")
    path = write(tmp_path / "a.ome.tif", "CZYX", PhysicalSizeX=size)
    assert (dict(read_picture(path).pixel_size), read_picture(path).unit) == ({}, "")
    assert [axis.scale for axis in open_picture(path).axes] == [1.0] * 4


@pytest.mark.parametrize("names", [["DAPI", "GFP"], ["405,488", "0561"], ["only one"]])
def test_names_of_channels(tmp_path: Path, names: list[str]) -> None:
    if len(names) == 1:
        path = tmp_path / "a.ome.tif"
        notes: dict[str, Any] = {"axes": "YX", "Channel": {"Name": names}}
        tifffile.imwrite(path, STACK[0, 0], ome=True, metadata=notes)
    else:
        path = write(tmp_path / "a.ome.tif", "CZYX", Channel={"Name": names})
    channels = tuple({"Name": name} for name in names)
    assert read_picture(path).channels == channels
    assert open_picture(path).omero == {"channels": [{"label": name} for name in names]}
    with upscaled(path):
        assert read_picture(tmp_path / "b.ome.tif").channels == channels


def test_colours_and_wavelengths_of_channels(tmp_path: Path) -> None:
    said = [
        {"Name": "DAPI", "Color": "65535", "EmissionWavelength": "461"},
        {"Color": "-16776961", "Fluor": "RFP"},
    ]
    path = write(tmp_path / "a.ome.tif", "CZYX", Channel=said)
    assert list(read_picture(path).channels) == said
    shown = [{"label": "DAPI", "color": "0000FF"}, {"color": "FF0000"}]
    assert open_picture(path).omero == {"channels": shown}
    with upscaled(path):
        assert list(read_picture(tmp_path / "b.ome.tif").channels) == said


@pytest.mark.parametrize("color", ["", "blue", "0x00FF"])
def test_a_colour_that_is_none_is_left_out(tmp_path: Path, color: str) -> None:
    path = write(
        tmp_path / "a.ome.tif", "CZYX", Channel={"Name": ["a", "b"], "Color": [color, "-1"]}
    )
    assert open_picture(path).omero == {
        "channels": [{"label": "a"}, {"label": "b", "color": "FFFFFF"}]
    }


def write_two_files(folder: Path) -> Path:
    """Write a stack of which either of two files holds a plane and describes both."""
    names = ("a.ome.tif", "b.ome.tif")
    planes = "".join(
        f'<TiffData FirstT="{t}" IFD="0" PlaneCount="1"><UUID FileName="{name}">urn:{t}</UUID>'
        "</TiffData>"
        for t, name in enumerate(names)
    )
    for t, name in enumerate(names):
        xml = (
            f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:{t}">'
            '<Image ID="Image:0"><Pixels DimensionOrder="XYCZT" ID="Pixels:0" SizeC="1" SizeT="2" '
            f'SizeX="5" SizeY="4" SizeZ="1" Type="uint16">{planes}</Pixels></Image></OME>'
        )
        tifffile.imwrite(folder / name, STACK[t, 0], description=xml, metadata=None)
    return folder / "a.ome.tif"


def test_an_image_in_two_files(tmp_path: Path) -> None:
    path = write_two_files(tmp_path)
    for found in (read_picture(path), open_picture(path)):
        np.testing.assert_array_equal(found.data[:], STACK[:, 0])
    # A file of another name is still the one that it says.
    renamed = path.rename(tmp_path / "c.ome.tif")
    np.testing.assert_array_equal(read_picture(renamed).data, STACK[:, 0])


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"broken")])
def test_planes_in_a_file_that_is_missing_are_not_taken_for_black(
    tmp_path: Path, damage: Callable[[Path], Any]
) -> None:
    path = write_two_files(tmp_path)
    damage(tmp_path / "b.ome.tif")
    for read in (read_picture, open_picture):
        with pytest.raises(
            ValueError,
            match=r"pages of it are missing, .* such as b\.ome\.tif: put all its files into one folder",
        ):
            read(path)


COMPANION = '<BinaryOnly MetadataFile="a.companion.ome" UUID="urn:1"/>'


@pytest.mark.parametrize(
    "xml", [COMPANION, '<Image ID="Image:0" Name="a & b"/>', '<Image ID="Image:0"/>', ""]
)
def test_xml_that_describes_no_image_does_not_cost_the_picture(tmp_path: Path, xml: str) -> None:
    xml = f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">{xml}</OME>'
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, STACK[0, 0], description=xml, metadata=None)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.data, STACK[0, 0])
    assert (dict(picture.pixel_size), picture.unit, picture.channels) == ({}, "", ())
    np.testing.assert_array_equal(open_picture(path).data[:], STACK[0, 0])


def test_what_is_not_named_has_no_names(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ome.tif", "CZYX")
    assert read_picture(path).channels == ()
    assert open_picture(path).omero == {}
    # One OME channel of two samples is no name for either of them.
    tifffile.imwrite(
        path,
        np.moveaxis(STACK[0, :2], 0, -1),
        ome=True,
        photometric="minisblack",
        planarconfig="contig",
        metadata={"axes": "YXS", "Channel": {"Name": ["both"]}},
    )
    picture = read_picture(path)
    assert (picture.axes, picture.channels) == ("CYX", ())
