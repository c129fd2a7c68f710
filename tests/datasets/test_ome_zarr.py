"""OME-Zarr data as they lie on disk, in both versions that are in use."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from napari_fsrcnn.datasets.folder import read_folder, sift_folder
from napari_fsrcnn.datasets.ome_zarr import ome_zarr_planes
from napari_fsrcnn.datasets.pairs import Unusable
from napari_fsrcnn.files.ome_zarr import is_zarr
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import write_picture
from napari_fsrcnn.image.value_range import find_value_range

DATA = np.random.default_rng(0).integers(0, 60_000, (2, 3, 40, 56), np.uint16)
VERSIONS = pytest.mark.parametrize("version", ["0.4", "0.5"])


def write_zarr(folder: Path, version: str, axes: str = "tcyx", finest: str = "full") -> zarr.Group:
    """Write an image of two levels, the way that its version lays it out."""
    root = zarr.open_group(folder, mode="w", zarr_format=2 if version == "0.4" else 3)
    for name, data in (("half", DATA[..., ::2, ::2]), (finest, DATA)):
        root.create_array(name, data=data, chunks=(1, 1, 16, 16))
    multiscale: dict[str, Any] = {
        "axes": [{"name": name} for name in axes],
        "datasets": [{"path": finest}, {"path": "half"}],
    }
    if version == "0.4":
        root.attrs["multiscales"] = [multiscale | {"version": version}]
    else:
        root.attrs["ome"] = {"version": version, "multiscales": [multiscale]}
    return root


@VERSIONS
def test_every_plane_of_the_finest_level(tmp_path: Path, version: str) -> None:
    folder = tmp_path / "cells.ome.zarr"
    write_zarr(folder, version)
    assert is_zarr(folder)
    planes = {index: read() for index, read in ome_zarr_planes(folder)}
    assert list(planes) == list(np.ndindex(2, 3))
    for index, plane in planes.items():
        assert plane.dtype == np.uint16
        np.testing.assert_array_equal(plane, DATA[index])


@VERSIONS
def test_in_a_folder_it_is_a_picture_among_others(tmp_path: Path, version: str) -> None:
    write_zarr(tmp_path / "mine" / "day 1" / "cells.ome.zarr", version)
    write_zarr(tmp_path / "mine" / "nuclei.ZARR", version)
    stack = tmp_path / "mine" / "day 1" / "a.tif"
    write_picture(stack, Picture(DATA[0], axes="ZYX"))
    # what lies among the chunks is none of ours
    write_picture(tmp_path / "mine" / "nuclei.ZARR" / "thumbnail.png", Picture(DATA[0, 0]))
    pairs = {pair.name: pair for pair in read_folder(tmp_path / "mine", 2)}
    names = [f"mine/day 1/a[{z}]" for z in range(3)]
    for name in ("day 1/cells", "nuclei"):
        names += [f"mine/{name}[{t},{c}]" for t, c in np.ndindex(2, 3)]
    assert list(pairs) == names
    assert all(pair.hr.dtype == np.uint16 and pair.lr is None for pair in pairs.values())
    np.testing.assert_array_equal(pairs["mine/day 1/a[2]"].hr, DATA[0, 2])
    np.testing.assert_array_equal(pairs["mine/nuclei[1,2]"].hr, DATA[1, 2])


@VERSIONS
def test_given_itself_its_planes_have_the_same_names(tmp_path: Path, version: str) -> None:
    write_zarr(tmp_path / "mine" / "cells.zarr", version)
    alone = [pair.name for pair in read_folder(tmp_path / "mine" / "cells.zarr", 2)]
    assert alone == [pair.name for pair in read_folder(tmp_path / "mine", 2)]
    assert alone[0] == "mine/cells[0,0]"


@VERSIONS
def test_its_planes_share_its_value_range(tmp_path: Path, version: str) -> None:
    write_zarr(tmp_path / "mine" / "cells.zarr", version)
    pairs = list(read_folder(tmp_path / "mine", 2))
    assert {pair.stack for pair in pairs} == {"mine/cells"}
    assert {pair.value_range for pair in pairs} == {find_value_range(DATA)}


def test_one_image_of_several_is_given_by_its_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "plate.zarr"
    zarr.open_group(folder, mode="w", zarr_format=3)
    write_zarr(folder / "0", "0.5")
    with pytest.raises(ValueError, match=r"plate\.zarr cannot be read.*its folder 0\.$"):
        list(ome_zarr_planes(folder))
    assert [pair.name for pair in read_folder(folder / "0", 2)][-1] == "plate.zarr/0[1,2]"


def test_an_empty_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "a.zarr").mkdir()
    with pytest.raises(ValueError, match=r"a\.zarr cannot be read as an OME-Zarr image: No group"):
        list(read_folder(tmp_path, 2))


@VERSIONS
def test_a_level_that_is_missing_is_named(tmp_path: Path, version: str) -> None:
    root = write_zarr(tmp_path / "a.zarr", version)
    del root["full"]
    with pytest.raises(ValueError, match=r"a\.zarr cannot be read.*its level full is missing\.$"):
        list(ome_zarr_planes(tmp_path / "a.zarr"))


@pytest.mark.parametrize("axes", ["zyx", "tcxy"])
def test_axes_that_do_not_fit_are_refused(tmp_path: Path, axes: str) -> None:
    write_zarr(tmp_path / "a.zarr", "0.4", axes)
    with pytest.raises(ValueError, match=r"its axes .* do not describe an array of shape"):
        list(ome_zarr_planes(tmp_path / "a.zarr"))


@VERSIONS
def test_a_damaged_chunk_is_refused(tmp_path: Path, version: str) -> None:
    write_zarr(tmp_path / "a.zarr", version)
    chunks = [path for path in (tmp_path / "a.zarr" / "full").rglob("*") if path.stem[-1].isdigit()]
    for path in filter(Path.is_file, chunks):
        path.write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"^[^\n]*a\.zarr cannot be read as an OME-Zarr image: "):
        list(read_folder(tmp_path, 2))


@VERSIONS
def test_planes_beside_a_damaged_one_are_read(tmp_path: Path, version: str) -> None:
    write_zarr(tmp_path / "mine" / "a.zarr", version)
    chunk = "1.2.0.0" if version == "0.4" else "c/1/2/0/0"
    (tmp_path / "mine" / "a.zarr" / "full" / chunk).write_bytes(b"damaged")
    found = list(sift_folder(tmp_path / "mine", 2))
    (unusable,) = (each for each in found if isinstance(each, Unusable))
    assert unusable.name == "mine/a[1,2]"
    assert len(found) == 6


@pytest.mark.parametrize("text", ["{", '{"multiscales": [{}]}', '{"multiscales": 7}'])
def test_damaged_metadata_are_refused(tmp_path: Path, text: str) -> None:
    write_zarr(tmp_path / "a.zarr", "0.4")
    (tmp_path / "a.zarr" / ".zattrs").write_text(text)
    with pytest.raises(ValueError, match=r"a\.zarr cannot be read as an OME-Zarr image: "):
        list(ome_zarr_planes(tmp_path / "a.zarr"))
