"""Files by suffix, and those that are no pictures or broken ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import (
    WRITTEN_SUFFIXES,
    check_output,
    is_picture,
    read_picture,
    write_picture,
)


@pytest.mark.parametrize("suffix", WRITTEN_SUFFIXES)
def test_every_known_suffix_is_written_and_read(tmp_path: Path, suffix: str) -> None:
    for name in (f"a{suffix}", f"B{suffix.upper()}"):
        write_picture(tmp_path / name, Picture(np.full((4, 5), 77, np.uint8)))
        np.testing.assert_array_equal(read_picture(tmp_path / name).data, np.full((4, 5), 77))


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.png.txt"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    for attempt in (read_picture, lambda file: write_picture(file, Picture(np.zeros((4, 5))))):
        with pytest.raises(ValueError, match=r"must end in \.png, \.jpg, .*\.tiff"):
            attempt(tmp_path / name)
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [(name, 0)]


def test_what_is_only_read_is_not_written(tmp_path: Path) -> None:
    for attempt in (write_picture, check_output):
        with pytest.raises(ValueError, match=r"a\.webp .* must end in \.png, .*, \.tiff\.$"):
            attempt(tmp_path / "a.webp", Picture(np.zeros((4, 5), np.uint8)))


def test_visible_pictures_only() -> None:
    names = ["a.png", "b.TIF", "c.Jpeg", ".hidden.png", "._mac.png", "notes.txt", "png"]
    assert [name for name in names if is_picture(Path(name))] == ["a.png", "b.TIF", "c.Jpeg"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for name in ("a.png", "a.d"):
        with pytest.raises(FileNotFoundError, match=f"There is no file or folder .*{name}"):
            read_picture(tmp_path / name)


@pytest.mark.parametrize("name", ["folder", "folder.tif", "folder.png"])
def test_a_folder_is_called_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError, match=f"{name} is a folder: give a picture in it\\.$"):
        read_picture(tmp_path / name)


@pytest.mark.parametrize("version", [2, 3])
def test_a_part_of_zarr_is_called_so(tmp_path: Path, version: Any) -> None:
    zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=version, attributes={"a": 1})
    parts = list((tmp_path / "a.zarr").iterdir())
    assert parts
    for part in parts:
        with pytest.raises(
            ValueError, match=r"is a part of Zarr data: give its folder, .*a\.zarr\."
        ):
            read_picture(part)


@pytest.mark.parametrize(
    ("suffix", "reason"),
    [(".png", "its content is not that of such a file"), (".tif", "not a TIFF file")],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, suffix: str, reason: str) -> None:
    (tmp_path / f"a{suffix}").write_text("once upon a time")
    with pytest.raises(ValueError, match=f"a{suffix} cannot be read as a picture: {reason}"):
        read_picture(tmp_path / f"a{suffix}")


def test_a_refused_picture_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    write_picture(file, Picture(np.full((4, 5), 9, np.uint8)))
    with pytest.raises(ValueError, match="cannot hold"):
        write_picture(file, Picture(np.zeros((4, 5))))
    np.testing.assert_array_equal(read_picture(file).data, np.full((4, 5), 9))
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("name", "dtype", "message"),
    [
        ("a.jpg", np.uint16, "cannot hold uint16"),
        ("a.webp", np.uint8, "must end in"),
        ("nowhere/a.tif", np.uint8, "does not exist"),
        ("folder.tif", np.uint8, "is a folder: give the name of a file in it"),
        ("folder", np.uint8, "is a folder: give the name of a file in it"),
    ],
)
def test_a_name_can_be_refused_before_the_picture_is_there(
    tmp_path: Path, name: str, dtype: type[np.generic], message: str
) -> None:
    (tmp_path / "folder.tif").mkdir()
    (tmp_path / "folder").mkdir()
    like = Picture(np.zeros((4, 5), dtype))
    with pytest.raises((ValueError, OSError), match=message):
        check_output(tmp_path / name, like)
    check_output(tmp_path / "a.tif", like)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "folder.tif"]


@pytest.mark.parametrize("dtype", ["?", "u1", ">u2", "i4", "i8", "u8", "f2", "f4", "f8"])
@pytest.mark.parametrize("rgb", [False, True])
@pytest.mark.parametrize("name", ["a.tif", "a.OME.TIFF"])
def test_what_tiff_cannot_hold_is_known_before(
    tmp_path: Path, name: str, dtype: str, rgb: bool
) -> None:
    picture = Picture(np.ones((2, 4, 5, 3) if rgb else (2, 4, 5), dtype), rgb)
    sentences = []
    for refuse in (check_output, write_picture):
        try:
            refuse(tmp_path / name, picture)
        except ValueError as error:
            sentences.append(str(error))
        assert (tmp_path / name).exists() == (refuse is write_picture and not sentences)
    assert len(sentences) in {0, 2}
    assert len(set(sentences)) <= 1


@given(suffix=st.sampled_from(WRITTEN_SUFFIXES), n_bytes=st.integers(0, 400), data=st.data())
def test_a_damaged_file_gives_one_sentence_that_names_it(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, n_bytes: int, data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("damaged") / f"a{suffix}"
    write_picture(file, Picture(np.arange(300, dtype=np.uint8).reshape(15, 20)))
    whole = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(0, 255))
    file.write_bytes(whole[: max(0, len(whole) - n_bytes)])
    complaint = ""  # where the damage did not matter
    try:
        read_picture(file)
    except ValueError as error:
        complaint = str(error)
    assert not complaint or complaint.startswith(f"{file} cannot be read as a picture: ")
    assert "\n" not in complaint
