"""BSD-100 by the command line, from a server on this machine that has the real files."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from napari_fsrcnn.datasets.bsd100 import NUMBERS, SCALES

Run = Callable[..., subprocess.CompletedProcess[str]]


class Server(ThreadingHTTPServer):
    """Serves a folder; once `open_` is cleared, it lets its clients wait."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.asked: list[str] = []
        self.someone_asked = threading.Event()
        self.open = threading.Event()
        self.open.set()


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path.lstrip("/"))
        self.server.someone_asked.set()
        self.server.open.wait()
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: `asked` tells."""


@pytest.fixture
def originals(data_folder: Callable[[str], Path]) -> Path:
    return data_folder("BSD100")


@pytest.fixture
def server(originals: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(originals) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        monkeypatch.setenv("NAPARI_FSRCNN_BSD100_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.delenv("NAPARI_FSRCNN_DATA")
        yield server
        server.open.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, originals: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache that has all of BSD-100 but two files, and one of them damaged."""
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path))
    folder = tmp_path / "BSD100"
    for scale in SCALES:
        inner = folder / f"image_SRF_{scale}"
        inner.mkdir(parents=True)
        for number in NUMBERS:
            for kind in ("HR", "LR"):
                name = f"img_{number:03}_SRF_{scale}_{kind}.png"
                (inner / name).symlink_to(originals / inner.name / name)
    missing, damaged = (folder / name for name in MISSING)
    missing.unlink()
    damaged.unlink()
    damaged.write_bytes(b"half of a pict")
    return folder


MISSING = ["image_SRF_2/img_017_SRF_2_LR.png", "image_SRF_4/img_100_SRF_4_LR.png"]


def test_only_what_is_missing_or_damaged_is_fetched(
    command: Run, server: Server, cache: Path, originals: Path
) -> None:
    ended = command("download", "bsd100")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert str(cache) in ended.stdout
    assert sorted(server.asked) == MISSING
    for name in MISSING:
        assert (cache / name).read_bytes() == (originals / name).read_bytes()
    assert command("download", "bsd100").returncode == 0
    assert len(server.asked) == len(MISSING)


def test_a_dead_link_is_one_line(
    command: Run, server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_BSD100_URL", f"http://127.0.0.1:{server.server_port}/moved")
    ended = command("download", "bsd100")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "could not be fetched" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (cache / MISSING[0]).exists()


def test_ctrl_c_leaves_whole_files_only(
    start: Callable[..., subprocess.Popen[str]], server: Server, cache: Path
) -> None:
    before = {path for path in cache.rglob("*") if path.is_file()}
    server.open.clear()
    download = start("download", "bsd100")
    assert server.someone_asked.wait(60)
    download.send_signal(signal.SIGINT)
    # The server answers only when this has been told.
    assert download.stderr is not None
    assert download.stderr.readline() == "Stopping: what has begun is finished first.\n"
    server.open.set()
    stdout, stderr = download.communicate(timeout=60)
    assert (download.returncode, stdout) == (130, "")
    assert "stopped" in stderr
    assert {path for path in cache.rglob("*") if path.is_file()} <= before | {cache / MISSING[0]}
