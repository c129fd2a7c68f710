"""What is said where nothing can be written, or no more."""

import errno
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_fsrcnn.files.atomic import atomic_path, check_target
from napari_fsrcnn.files.storage import written_as
from napari_fsrcnn.files.unfinished import Unfinished

WRITE_ALL_KINDS = """
import sys
from pathlib import Path
import numpy as np
from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.files.storage import written_as
from napari_fsrcnn.files.unfinished import Unfinished

disk = Path(sys.argv[1])
picture = Picture(np.random.default_rng(0).integers(0, 256, (500, 500), np.uint8))
attempts = [lambda name=name: write_picture(disk / name, picture) for name in sys.argv[2:]]
place = Unfinished(disk / "a.zarr")
for attempt in (*attempts, lambda: place.begin({"halo": 500_000 * [1]})):
    try:
        with written_as(place.target, place.folder):
            attempt()
    except OSError as error:
        print(error)
print([path.name for path in disk.rglob("*") if path.is_file()])
"""
NAMES = ["a.png", "a.jpg", "a.bmp", "a.tif", "a.ome.tif"]


def test_a_full_disk(on_a_disk: Callable[..., str], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    said = on_a_disk("size=100k", sys.executable, "-c", WRITE_ALL_KINDS, disk, *NAMES)
    full = f"The disk of {disk} is full: free some space, or choose another folder."
    assert said.splitlines() == [full] * len([*NAMES, "a.zarr"]) + ["[]"]


def test_a_folder_that_may_only_be_read(on_a_disk: Callable[..., str], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    said = on_a_disk("ro", sys.executable, "-c", WRITE_ALL_KINDS, disk, *NAMES)
    assert said.splitlines() == [
        *(
            f"{disk / name} can't be written, since {disk} may only be read: choose another folder."
            for name in (*NAMES, "a.zarr")
        ),
        "[]",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full")
def test_a_full_device_is_said_of_the_target(tmp_path: Path) -> None:
    full = f"The disk of {tmp_path} is full: free some space, or choose another folder."
    with (
        pytest.raises(OSError, match=f"^{re.escape(full)}$"),
        atomic_path(tmp_path / "a.txt"),
    ):
        Path("/dev/full").write_text("a")
    assert not list(tmp_path.iterdir())


def test_a_quota_that_is_used_up(tmp_path: Path) -> None:
    used = f"The quota on the disk of {tmp_path} is used up: free some space, or choose another folder."
    with (
        pytest.raises(OSError, match=f"^{re.escape(used)}$"),
        written_as(tmp_path / "a.txt", tmp_path / "b.txt"),
    ):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")


@pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="a folder in which none makes a file")
def test_a_folder_in_which_no_file_can_be_made() -> None:
    for attempt in (check_target, write_a_letter):
        with pytest.raises(
            PermissionError,
            match=r"^/sys/a\.txt can't be written, since /sys may only be read: choose another folder\.$",
        ):
            attempt(Path("/sys/a.txt"))


def write_a_letter(path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("a")


def test_a_target_is_tried_without_a_trace(tmp_path: Path) -> None:
    check_target(tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())


def test_what_the_system_says_beforehand_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a network drive that maps the names of users.
    monkeypatch.setattr(os, "access", lambda *_: False)
    write_a_letter(check_target(tmp_path / "a.txt"))
    assert (tmp_path / "a.txt").exists()


def test_a_file_that_may_not_be_replaced(tmp_path: Path) -> None:
    target, temporary = tmp_path / "a.txt", tmp_path / "b.txt"
    with (
        pytest.raises(PermissionError, match=f"not permitted: '{re.escape(str(target))}'$"),
        written_as(target, temporary),
    ):
        raise PermissionError(
            errno.EPERM, "Operation not permitted", str(temporary), None, str(target)
        )


def test_a_file_larger_than_the_system_lets_it_be(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with (
            pytest.raises(OSError, match=r"File too large: '.*a\.txt'"),
            atomic_path(tmp_path / "a.txt") as temporary,
        ):
            temporary.write_text(2000 * "a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["a.png", "a.zarr"])
def test_a_file_where_a_folder_should_be(tmp_path: Path, name: str) -> None:
    target = tmp_path / "file" / name
    target.parent.touch()
    said = f"{target} can't be written, since {target.parent} is a file: choose another folder."
    for attempt in (atomic_path(target).__enter__, lambda: Unfinished(target).begin({})):
        with pytest.raises(NotADirectoryError, match=f"^{re.escape(said)}$"):
            attempt()


def test_an_error_in_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match=r"^none of the system's$"),
        written_as(tmp_path / "nowhere" / "a.zarr", tmp_path / "nowhere" / "a.zarr.partial"),
    ):
        raise OSError("none of the system's")
    with pytest.raises(FileNotFoundError, match="nothing"), atomic_path(tmp_path / "a.txt"):
        (tmp_path / "nothing").read_text()
    for number in (errno.ENOSPC, errno.EACCES):
        with (
            pytest.raises(OSError, match=r"other: '.*scratch"),
            written_as(tmp_path / "a.zarr", tmp_path / "a.zarr.partial"),
        ):
            raise OSError(number, "other", str(tmp_path / "scratch" / "a.zarr.partial"))
