"""What is said where nothing can be written, or no more."""

import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_fsrcnn.files.atomic import atomic_path
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
for attempt in (*attempts, lambda: Unfinished(disk / "a.zarr").begin({"halo": 500_000 * [1]})):
    try:
        attempt()
    except OSError as error:
        print(error)
print([path.name for path in disk.rglob("*") if path.is_file()])
"""
NAMES = ["a.png", "a.jpg", "a.bmp", "a.tif", "a.ome.tif"]


def test_a_full_disk(on_a_disk: Callable[..., str], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    said = on_a_disk("size=100k", sys.executable, "-c", WRITE_ALL_KINDS, disk, *NAMES)
    *sentences, plan, left = said.splitlines()
    full = f"The disk of {disk} is full: free some space, or choose another folder."
    assert sentences == [full] * len(NAMES)
    assert plan == full.replace("disk is", "disk/a.zarr.partial is")
    assert left == "[]"


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


def test_a_file_larger_than_the_system_lets_it_be(tmp_path: Path) -> None:
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
    for attempt in (atomic_path(target).__enter__, lambda: Unfinished(target).begin({})):
        with pytest.raises(NotADirectoryError, match=f"{target} can't be written, since .* a file"):
            attempt()


def test_an_error_in_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match=r"^none of the system's$"),
        written_as(tmp_path / "nowhere" / "a.zarr", tmp_path / "nowhere" / "a.zarr.partial"),
    ):
        raise OSError("none of the system's")
    with pytest.raises(FileNotFoundError, match="nothing"), atomic_path(tmp_path / "a.txt"):
        (tmp_path / "nothing").read_text()
