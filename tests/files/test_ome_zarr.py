"""Axes and positions of OME-Zarr images, as either version says them, and as they are written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from ome_zarr_models.v05 import Image

from napari_fsrcnn.files.axes import Axis, named_axis
from napari_fsrcnn.files.ome_zarr import METADATA, open_ome_zarr
from napari_fsrcnn.files.ome_zarr_pyramid import (
    create_pyramid,
    has_chunk,
    open_levels,
    read_attributes,
)

VERSIONS = pytest.mark.parametrize("version", ["0.4", "0.5"])


def write(folder: Path, version: str, **multiscale: Any) -> None:
    root = zarr.open_group(folder, mode="w", zarr_format=2 if version == "0.4" else 3)
    root.create_array("0", data=np.zeros((2, 4, 5), np.uint8))
    entry = {"axes": [{"name": name} for name in "zyx"], "datasets": [{"path": "0"}], **multiscale}
    if version == "0.4":
        root.attrs["multiscales"] = [entry]
    else:
        root.attrs["ome"] = {"version": version, "multiscales": [entry]}


@VERSIONS
def test_transformations_follow_each_other(tmp_path: Path, version: str) -> None:
    finest = {
        "path": "0",
        "coordinateTransformations": [
            {"type": "scale", "scale": [2, 0.5, 0.5]},
            {"type": "translation", "translation": [1, 3, 5]},
        ],
    }
    write(
        tmp_path / "a.zarr",
        version,
        axes=[{"name": name, "type": "space", "unit": "nanometer"} for name in "zyx"],
        datasets=[finest],
        coordinateTransformations=[{"type": "scale", "scale": [10, 10, 1]}, {"type": "identity"}],
    )
    found = open_ome_zarr(tmp_path / "a.zarr").axes
    # Pixel i lies at 10 * (2 * i + 1) and so on.
    assert [(axis.scale, axis.translation) for axis in found] == [(20, 10), (5, 30), (0.5, 5)]
    assert {axis.unit for axis in found} == {"nanometer"}


@VERSIONS
def test_labels_are_refused_as_they_are_no_brightness(tmp_path: Path, version: str) -> None:
    write(tmp_path / "a.zarr", version)
    attributes: Any = zarr.open_group(tmp_path / "a.zarr", mode="r+").attrs
    label: Any = {"image-label": {"version": version}}
    attributes.update(label if version == "0.4" else {"ome": attributes["ome"] | label})
    with pytest.raises(ValueError, match=r"a label image, .* enlarge it by nearest neighbour"):
        open_ome_zarr(tmp_path / "a.zarr")


@VERSIONS
def test_without_transformations_a_pixel_is_one(tmp_path: Path, version: str) -> None:
    write(tmp_path / "a.zarr", version)
    assert open_ome_zarr(tmp_path / "a.zarr").axes == tuple(named_axis(name) for name in "zyx")


@pytest.mark.parametrize(
    "transformation", [{"type": "affine"}, {"type": "scale", "path": "elsewhere"}]
)
def test_transformations_that_are_not_known_are_refused(
    tmp_path: Path, transformation: dict[str, str]
) -> None:
    write(tmp_path / "a.zarr", "0.5", coordinateTransformations=[transformation])
    with pytest.raises(ValueError, match="not one known here"):
        open_ome_zarr(tmp_path / "a.zarr")


@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "f4"])
def test_what_is_laid_out_is_valid_by_the_specification(tmp_path: Path, dtype: str) -> None:
    axes = [
        Axis("t", "time", "second", 0.5),
        Axis("c", "channel"),
        Axis("y", "space", "micrometer", 0.2, -0.1),
        Axis("x", "space", "micrometer", 0.2, -0.1),
    ]
    window = {"min": 0, "max": 255, "start": 0, "end": 200}
    channels = [{"label": name, "color": "00FF00", "window": window} for name in "abc"]
    omero = {"channels": channels, "rdefs": {"model": "color"}}
    create_pyramid(
        tmp_path / "a.zarr",
        [(2, 3, 40, 50), (2, 3, 20, 25)],
        (1, 3, 16, 16),
        np.dtype(dtype),
        axes,
        name="cells",
        omero=omero,
        attributes={"mine": 1},
    )
    image = Image.from_zarr(zarr.open_group(tmp_path / "a.zarr", mode="r"))
    ome: dict[str, Any] = image.attributes.model_dump()["ome"]
    (multiscale,) = ome["multiscales"]
    units = [axis["unit"] for axis in multiscale["axes"]]
    assert units == ["second", None, "micrometer", "micrometer"]
    assert [each["label"] for each in ome["omero"]["channels"]] == ["a", "b", "c"]
    assert read_attributes(tmp_path / "a.zarr")["mine"] == 1
    assert open_ome_zarr(tmp_path / "a.zarr").axes == tuple(axes)
    assert open_ome_zarr(tmp_path / "a.zarr").omero == omero
    scale, translation = multiscale["datasets"][1]["coordinateTransformations"]
    assert scale["scale"] == [0.5, 1, 0.4, 0.4]
    # Its first pixel covers the first two of the finest level, at -0.1 and 0.1.
    assert translation["translation"] == pytest.approx([0, 0, 0, 0])


@VERSIONS
@pytest.mark.parametrize(
    ("omero", "found"),
    [
        ({"channels": [{"label": "DAPI"}], "version": "0.4"}, {"channels": [{"label": "DAPI"}]}),
        ({"channels": ["DAPI"]}, {}),
        ({"version": "0.4"}, {}),
        ("DAPI", {}),
    ],
)
def test_how_channels_are_called_and_shown(
    tmp_path: Path, version: str, omero: Any, found: dict[str, Any]
) -> None:
    write(tmp_path / "a.zarr", version)
    attributes = zarr.open_group(tmp_path / "a.zarr").attrs
    if version == "0.4":
        attributes["omero"] = omero
    else:
        ome: Any = attributes["ome"]
        attributes["ome"] = {**ome, "omero": omero}
    assert open_ome_zarr(tmp_path / "a.zarr").omero == found


@VERSIONS
def test_a_bare_array_is_called_so(tmp_path: Path, version: str) -> None:
    write(tmp_path / "a.zarr", version)
    with pytest.raises(ValueError, match="it is a bare Zarr array; give the folder above it"):
        open_ome_zarr(tmp_path / "a.zarr" / "0")


@VERSIONS
@pytest.mark.parametrize("above", ["folder", "group", "damaged image"])
def test_a_bare_array_that_no_image_holds_is_to_become_one(
    tmp_path: Path, version: str, above: str
) -> None:
    zarr_format: Any = 2 if version == "0.4" else 3
    write(tmp_path / "a.zarr", version)
    if above == "group":
        zarr.open_group(tmp_path / "a.zarr", mode="r+").attrs.clear()
    for name in METADATA:
        found = tmp_path / "a.zarr" / name
        if found.exists() and above == "folder":
            found.unlink()
        elif found.exists() and above == "damaged image":
            found.write_text("{")
    alone = zarr.create_array(tmp_path / "b.zarr", data=np.ones(3), zarr_format=zarr_format)
    assert alone.shape == (3,)
    for folder in (tmp_path / "a.zarr" / "0", tmp_path / "b.zarr"):
        with pytest.raises(
            ValueError,
            match="it is a bare Zarr array, which does not say what its axes are: write it as "
            "OME-Zarr first",
        ):
            open_ome_zarr(folder)


def test_a_bare_array_from_inside_its_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.zarr", "0.5")
    monkeypatch.chdir(tmp_path / "a.zarr" / "0")
    with pytest.raises(ValueError, match="give the folder above it"):
        open_ome_zarr(Path())


def test_a_chunk_of_zeros_is_there_too(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    axes = [named_axis(name) for name in "yx"]
    create_pyramid(folder, [(4, 6)], (4, 4), np.dtype("u1"), axes, name="a", attributes={})
    assert not has_chunk(folder, 0, (0, 0))
    open_levels(folder)[0][:, :4] = np.zeros((4, 4), np.uint8)
    assert [has_chunk(folder, 0, index) for index in ((0, 0), (0, 1))] == [True, False]


def test_where_there_is_nothing_there_are_no_attributes(tmp_path: Path) -> None:
    assert read_attributes(tmp_path / "nowhere.zarr") == {}
    assert read_attributes(tmp_path) == {}
