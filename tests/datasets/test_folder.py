"""Folders as users have them."""

from pathlib import Path
from typing import Any

import imageio.v3
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from napari_fsrcnn.datasets.folder import read_folder, sift_folder
from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import write_picture
from napari_fsrcnn.image.value_range import find_value_range

GREY = np.arange(12 * 18, dtype=np.uint8).reshape(12, 18)
COLOR = np.stack([GREY, GREY + 1, GREY + 2], axis=-1)


def read(folder: str | Path, scale: int) -> list[Pair]:
    return list(read_folder(folder, scale))


def write(file: Path, data: NDArray[Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_picture(file, Picture(data, rgb=data.ndim > 2 and data.shape[-1] in (3, 4)))


def test_every_picture_of_any_kind_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "Photos"
    write(folder / "b.png", COLOR)
    write(folder / "a.PNG", GREY)
    write(folder / "inner" / "c.tif", GREY.astype(np.uint16) * 200)
    write(folder / "d.tiff", GREY.astype(np.float32))
    write(folder / "e.png", np.dstack([COLOR, GREY]))
    for name in ("g.gif", "h.webp", "i.pgm", "j.PPM", "k.jp2", "l.tga"):
        Image.fromarray(GREY).save(folder / name)
    write(folder / ".thumbnails" / "f.png", GREY)
    (folder / "notes.txt").write_text("no picture")
    (folder / "._a.png").write_bytes(b"a Mac's note on a.png")
    pairs = {pair.name: pair for pair in read(folder, 3)}
    names = ["a", "b", "d", "e", "g", "h", "i", "inner/c", "j", "k", "l"]
    assert list(pairs) == [f"Photos/{name}" for name in names]
    assert all(pair.lr is None for pair in pairs.values())
    assert [name for name in names if pairs[f"Photos/{name}"].rgb] == ["b", "e", "g", "h"]
    np.testing.assert_array_equal(pairs["Photos/e"].hr, COLOR)
    np.testing.assert_array_equal(pairs["Photos/inner/c"].hr, GREY.astype(np.uint16) * 200)
    assert pairs["Photos/d"].hr.dtype == np.float32


def test_each_plane_of_a_stack_is_a_picture(tmp_path: Path) -> None:
    stack = np.stack([GREY, GREY + 1])[np.newaxis]
    write(tmp_path / "cells" / "s.tif", stack)
    pairs = read(tmp_path / "cells", 2)
    assert [pair.name for pair in pairs] == ["cells/s[0,0]", "cells/s[0,1]"]
    np.testing.assert_array_equal(pairs[1].hr, GREY + 1)


def test_planes_of_a_stack_share_its_value_range(tmp_path: Path) -> None:
    stack = np.stack([GREY, 5 * GREY.astype(np.uint16)])
    write(tmp_path / "cells" / "s.tif", stack)
    write(tmp_path / "cells" / "t.tif", stack[0])
    first, second, alone = read(tmp_path / "cells", 2)
    assert (first.stack, second.stack, alone.stack) == ("cells/s", "cells/s", "cells/t")
    assert first.value_range == second.value_range == find_value_range(stack)
    assert alone.value_range == find_value_range(stack[0])


def test_the_folder_one_stands_in_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "here" / "a.png", GREY)
    monkeypatch.chdir(tmp_path / "here")
    assert [pair.name for pair in read(".", 2)] == ["here/a"]


def write_ready_made(folder: Path, scale: int, suffix: str = ".png") -> None:
    for number in (2, 1):
        stem = f"img_{number:03}_SRF_{scale}"
        write(folder / f"{stem}_HR{suffix}", COLOR)
        write(folder / f"{stem}_LR{suffix}", COLOR[::scale, ::scale])
        write(folder / f"{stem}_bicubic{suffix}", COLOR)  # such folders also hold results


@pytest.mark.parametrize("inner", ["", "image_SRF_3"])
def test_ready_made_pairs_from_their_folder_or_the_one_above(tmp_path: Path, inner: str) -> None:
    for scale in (2, 3):
        write_ready_made(tmp_path / "Mine100" / f"image_SRF_{scale}", scale)
    write(tmp_path / "Mine100" / "original" / "a.png", COLOR)
    pairs = read(tmp_path / "Mine100" / inner, 3)
    assert [pair.name for pair in pairs] == ["mine100/img_001", "mine100/img_002"]
    for pair in pairs:
        assert pair.lr is not None
        np.testing.assert_array_equal(pair.hr, COLOR)
        np.testing.assert_array_equal(pair.lr, COLOR[::3, ::3])


def test_ready_made_pairs_in_a_folder_of_any_name(tmp_path: Path) -> None:
    write_ready_made(tmp_path / "Mine", 2, ".TIF")
    pairs = read(tmp_path / "Mine", 2)
    assert [pair.name for pair in pairs] == ["Mine/img_001", "Mine/img_002"]
    assert all(pair.lr is not None for pair in pairs)


def test_ready_made_pairs_at_any_depth(tmp_path: Path) -> None:
    for scale in (2, 3, 4):
        write_ready_made(tmp_path / "Data" / "sets" / "Mine100" / f"image_SRF_{scale}", scale)
    write_ready_made(tmp_path / "Data" / "other", 2)
    pairs = read(tmp_path / "Data", 2)
    assert [pair.name for pair in pairs] == [
        "Data/other/img_001",
        "Data/other/img_002",
        "mine100/img_001",
        "mine100/img_002",
    ]
    for pair in pairs:
        assert pair.lr is not None
        np.testing.assert_array_equal(pair.lr, COLOR[::2, ::2])


@pytest.mark.parametrize("other", ["a.png", "more/a.png", "original/a.png", "a.ome.zarr"])
def test_pairs_and_other_pictures_in_one_folder_are_refused(tmp_path: Path, other: str) -> None:
    write_ready_made(tmp_path / "Mine", 2)
    if other.endswith(".zarr"):
        (tmp_path / "Mine" / other).mkdir()
        (tmp_path / "Mine" / other / "zarr.json").write_text("{}")
    else:
        write(tmp_path / "Mine" / other, GREY)
    with pytest.raises(ValueError, match=rf"pairs of HR and LR, and other .*{other}: move the two"):
        read(tmp_path / "Mine", 2)


def test_pairs_of_other_scales_are_refused_rather_than_taken_for_hr(tmp_path: Path) -> None:
    write_ready_made(tmp_path / "Mine" / "image_SRF_2", 2)
    for folder in (tmp_path, tmp_path / "Mine", tmp_path / "Mine" / "image_SRF_2"):
        with pytest.raises(ValueError, match="holds pairs for x2 but not for x4"):
            read(folder, 4)


@pytest.mark.parametrize(("gone", "other"), [("HR", "LR"), ("LR", "HR")])
def test_half_a_pair_is_refused_by_name(tmp_path: Path, gone: str, other: str) -> None:
    write_ready_made(tmp_path, 2)
    (tmp_path / f"img_002_SRF_2_{gone}.png").unlink()
    with pytest.raises(ValueError, match=rf"img_002_SRF_2_{other}\.png has no {gone} picture"):
        read(tmp_path, 2)


def test_a_stack_is_no_half_of_a_pair(tmp_path: Path) -> None:
    write_ready_made(tmp_path, 2, ".tif")
    write(tmp_path / "img_001_SRF_2_HR.tif", np.stack([GREY, GREY]))
    with pytest.raises(ValueError, match=r"img_001_SRF_2_HR\.tif is a stack"):
        read(tmp_path, 2)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("small.png", GREY[:3], "small is 3 x 18 pixels, too small to be shrunk by 4"),
        ("nan.tif", np.full((9, 9), np.nan), r"nan\.tif cannot be used\. .* NaN or infinity"),
        ("wave.tif", np.ones((9, 9), complex), r"wave\.tif cannot be used\. .* complex128"),
    ],
)
def test_a_picture_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, data: NDArray[Any], reason: str
) -> None:
    write(tmp_path / name, data)
    with pytest.raises(ValueError, match=reason):
        read(tmp_path, 4)


def test_planes_of_a_stack_beside_a_bad_one_are_read(tmp_path: Path) -> None:
    stack = np.random.default_rng(0).random((4, 8, 8))
    stack[2, 3, 3] = np.nan
    write(tmp_path / "a.tif", stack)
    found = list(sift_folder(tmp_path, 2))
    names = [each.name for each in found if isinstance(each, Pair)]
    assert names == [f"{tmp_path.name}/a[{n}]" for n in (0, 1, 3)]
    (unusable,) = (each for each in found if isinstance(each, Unusable))
    assert unusable.name == f"{tmp_path.name}/a[2]"
    assert "NaN" in unusable.reason


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.png", GREY)
    write(tmp_path / "b.png", GREY)
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"b\.png cannot be read as a picture"):
        read(tmp_path, 2)


def test_no_folder_and_no_picture_in_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(FileNotFoundError, match="There is no picture in"):
        read(tmp_path, 2)
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere: give one"):
        read(tmp_path / "nowhere", 2)


def test_an_empty_name_is_not_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.png", GREY)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="name of the folder is empty: give"):
        read_folder("", 2)


def test_pictures_of_one_stem_and_two_suffixes_are_two(tmp_path: Path) -> None:
    for name in ("a.png", "a.bmp", "b.png"):
        imageio.v3.imwrite(tmp_path / name, np.zeros((8, 8), np.uint8))
    names = [pair.name.partition("/")[2] for pair in read(tmp_path, 2)]
    assert sorted(names) == ["a.bmp", "a.png", "b"]
