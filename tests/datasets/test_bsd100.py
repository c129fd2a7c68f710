"""BSD-100 from a folder, from the cache and from a server, in that order."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_fsrcnn.datasets import bsd100
from napari_fsrcnn.datasets.bsd100 import bsd100_file, bsd100_pair, fetch_bsd100, read_bsd100
from napari_fsrcnn.datasets.download import DownloadError, DownloadStopped, has_sha256
from napari_fsrcnn.files.pictures import read_picture

if TYPE_CHECKING:
    from tests.conftest import DataFolder
    from tests.datasets.conftest import Server

HR, LR = "image_SRF_4/img_007_SRF_4_HR.png", "image_SRF_4/img_007_SRF_4_LR.png"


@pytest.fixture
def real(data_folder: DataFolder) -> Path:
    """The real files, as the authors' repository has them."""
    return data_folder("BSD100")


@pytest.fixture
def cache(server: Server, real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no folder to look in first, and a server that has the real files."""
    server.folder = real
    monkeypatch.delenv("NAPARI_FSRCNN_DATA")
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NAPARI_FSRCNN_BSD100_URL", server.url)
    return tmp_path / "cache" / "BSD100"


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_a_pair_is_fetched_once_and_only_its_two_files(
    server: Server, cache: Path, real: Path
) -> None:
    for _ in range(2):
        pair = bsd100_pair(7, 4)
        assert pair.name == "bsd100/img_007"
        assert pair.lr is not None
        np.testing.assert_array_equal(pair.hr, read_picture(real / HR).data)
        np.testing.assert_array_equal(pair.lr, read_picture(real / LR).data)
    assert sorted(server.asked) == [HR, LR]
    assert files_in(cache) == [HR, LR]


@pytest.mark.parametrize("damage", [b"", b"half of a picture"])
def test_a_damaged_file_in_the_cache_is_fetched_anew(
    server: Server, cache: Path, real: Path, damage: bytes
) -> None:
    file = bsd100_file(LR)
    file.write_bytes(damage)
    assert bsd100_file(LR).read_bytes() == (real / LR).read_bytes()
    assert server.asked == [LR, LR]
    assert files_in(cache) == [LR]


def test_the_users_own_folder_comes_first(
    server: Server, cache: Path, real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own" / "BSD100" / HR
    own.parent.mkdir(parents=True)
    shutil.copy(real / HR, own)
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", str(tmp_path / "own"))
    assert bsd100_file(HR) == own
    assert not server.asked
    assert bsd100_file(LR) == cache / LR  # not in that folder
    own.write_bytes(b"another picture")
    with pytest.raises(ValueError, match=r"_HR\.png is not BSD-100's file .*: remove it, or"):
        bsd100_file(HR)
    assert own.read_bytes() == b"another picture"


def test_the_set_is_fetched_with_progress_and_what_is_there_is_kept(
    server: Server, cache: Path, real: Path
) -> None:
    for path in (real / "image_SRF_4").iterdir():
        if not path.name.startswith(("img_00", "img_010")):
            target = cache / "image_SRF_4" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    seen: list[tuple[int, int]] = []
    fetch_bsd100((4,), progress=lambda *state: seen.append(state))
    assert seen == [(done, 200) for done in range(1, 201)]
    assert len(server.asked) == 20
    assert files_in(cache / "image_SRF_4") == files_in(real / "image_SRF_4")
    pairs = list(read_bsd100(4))
    assert [pair.name for pair in pairs] == [f"bsd100/img_{n:03}" for n in range(1, 101)]
    assert all(pair.lr is not None and pair.rgb for pair in pairs)
    assert len(server.asked) == 20


def test_each_file_of_the_set_is_checked_once(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def count(path: Path, sha256: str) -> bool:
        checked.append(path.name)
        return has_sha256(path, sha256)

    monkeypatch.setattr(bsd100, "has_sha256", count)
    list(read_bsd100(4))
    assert sorted(checked) == sorted(path.name for path in (real / "image_SRF_4").iterdir())


def test_stop_leaves_whole_files_only(server: Server, cache: Path) -> None:
    stop = Event()

    def stop_after_three(done: int, _: int) -> None:
        if done == 3:
            stop.set()

    with pytest.raises(DownloadStopped, match=r"stopped after 3 of 200 files: start it again"):
        fetch_bsd100((4,), stop_after_three, stop)
    kept = files_in(cache)
    assert 3 <= len(kept) < 200
    asked = len(server.asked)
    for name in kept:
        bsd100_file(name)  # would be asked for again, were it not whole
    assert len(server.asked) == asked


def test_a_dead_link_ends_the_fetch_and_keeps_the_rest(server: Server, cache: Path) -> None:
    names = [f"image_SRF_4/img_{n:03}_SRF_4_{kind}.png" for n in (1, 2) for kind in ("HR", "LR")]
    for name in names[:2]:
        bsd100_file(name)
    server.behaviour[names[2]] = "login"
    with pytest.raises(
        DownloadError, match=r"img_002_SRF_4_HR\.png from \S+ is not the expected file"
    ):
        fetch_bsd100((4,))
    kept = files_in(cache)
    assert set(names[:2]) <= set(kept)
    assert names[2] not in kept
    assert len(server.asked) < 200


@pytest.mark.parametrize(("number", "scale"), [(0, 2), (101, 2), (1, 5)])
def test_what_is_not_in_the_set_is_refused(number: int, scale: int) -> None:
    with pytest.raises(
        ValueError, match=r"BSD-100 (has pictures 1 to 100|comes for x2, x3 and x4)"
    ):
        bsd100_pair(number, scale)


def test_a_name_that_is_not_in_the_set_is_refused() -> None:
    with pytest.raises(ValueError, match=r"BSD-100 has no file \.\./secret\.png"):
        bsd100_file("../secret.png")


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_real_set_has_hr_of_exactly_scale_times_lr(scale: int, real: Path) -> None:
    assert real.is_dir()
    for pair in read_bsd100(scale):
        assert pair.lr is not None
        assert pair.hr.dtype == pair.lr.dtype == np.uint8
        assert pair.hr.shape == (scale * pair.lr.shape[0], scale * pair.lr.shape[1], 3)
        assert sorted(pair.hr.shape[:2])[1] == 480
