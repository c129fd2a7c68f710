"""One file over HTTP: whole and right, or one sentence and nothing left behind."""

from __future__ import annotations

import errno
import hashlib
import re
import socket
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from napari_fsrcnn.datasets.download import DownloadError, DownloadStopped, fetch, has_sha256

if TYPE_CHECKING:
    from tests.datasets.conftest import Server

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "deep" / "a.png"


@pytest.fixture
def address(server: Server) -> str:
    (server.folder / "a.png").write_bytes(CONTENT)
    return server.url + "a.png"


def test_a_file_arrives_whole_with_progress(address: str, file: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetch(address, file, SHA256, timeout=10, progress=lambda *state: seen.append(state))
    assert file.read_bytes() == CONTENT
    assert list(file.parent.iterdir()) == [file]
    assert seen[0] == (1024, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (
            "silent",
            r"a\.png from 127\.0\.0\.1:\d+ could not be fetched: the server took more than 0\.5 s; try",
        ),
        (
            "dripping",
            r"a\.png from 127\.0\.0\.1:\d+ could not be fetched: the server took more than 0\.5 s; try",
        ),
        (
            "busy",
            r"a\.png from 127\.0\.0\.1:\d+ could not be fetched: the server answered 503; try again later",
        ),
        (
            "broken",
            r"a\.png from 127\.0\.0\.1:\d+ could not be fetched: no connection, or it broke off; check",
        ),
        (
            "login",
            r"a\.png from 127\.0\.0\.1:\d+ is not the expected file \(its SHA-256 differs\): .*try again",
        ),
    ],
)
def test_a_bad_answer_is_one_sentence_and_the_old_file_stays(
    server: Server, address: str, file: Path, behaviour: str, reason: str
) -> None:
    server.behaviour["a.png"] = behaviour
    file.parent.mkdir(parents=True)
    file.write_bytes(b"old")
    with pytest.raises(DownloadError, match=reason) as caught:
        fetch(address, file, SHA256, timeout=0.5)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == b"old"
    assert list(file.parent.iterdir()) == [file]
    assert server.asked == ["a.png"]


def test_a_dead_link_says_so(server: Server, file: Path) -> None:
    with pytest.raises(
        DownloadError,
        match=r"gone\.png from 127\.0\.0\.1:\d+ could not be fetched: there is no such file",
    ):
        fetch(server.url + "gone.png", file, SHA256, timeout=10)
    assert not list(file.parent.iterdir())


def test_no_server_at_all(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(DownloadError, match="no connection, or it broke off; check the network"):
        fetch(f"http://127.0.0.1:{port}/a.png", file, SHA256, timeout=10)
    assert not list(file.parent.iterdir())


def test_stop_ends_a_slow_download(server: Server, address: str, file: Path) -> None:
    server.behaviour["a.png"] = "dripping"
    stop = Event()
    with pytest.raises(DownloadStopped, match="stopped"):
        fetch(address, file, SHA256, timeout=60, progress=lambda *_: stop.set(), stop=stop)
    assert not list(file.parent.iterdir())


def test_no_place_to_write_is_said(address: str, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    file = tmp_path / "cache" / "a.png"
    said = rf"^{re.escape(str(file))} could not be written \([^()]+\): set NAPARI_FSRCNN_CACHE to "
    with pytest.raises(DownloadError, match=rf"{said}another folder\.$"):
        fetch(address, file, SHA256, timeout=10)


def test_a_full_disk_is_said(address: str, file: Path) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    said = f"The disk of {file.parent} is full: free some space, or choose another folder."
    with pytest.raises(
        DownloadError, match=f"^{re.escape(said)} It is set by NAPARI_FSRCNN_CACHE\\.$"
    ):
        fetch(address, file, SHA256, timeout=10, progress=full)
    assert not list(file.parent.iterdir())


@pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="a folder in which none makes a file")
def test_a_folder_in_which_no_file_can_be_made(address: str) -> None:
    said = "/sys/a.png can't be written, since /sys may only be read: choose another folder."
    with pytest.raises(
        DownloadError, match=f"^{re.escape(said)} It is set by NAPARI_FSRCNN_CACHE\\.$"
    ):
        fetch(address, Path("/sys/a.png"), SHA256, timeout=10)


def test_a_checksum_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    assert not has_sha256(file, SHA256)
    file.write_bytes(CONTENT)
    assert has_sha256(file, SHA256)
    assert has_sha256(file, SHA256[:8])
    assert not has_sha256(file, "0" * 64)
