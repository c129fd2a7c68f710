"""A reader sees the old file or the new one, whatever happens to the writer."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from napari_fsrcnn.files.atomic import atomic_path, check_target, remove_leftovers

SLOW_WRITER = """
import sys, time
from napari_fsrcnn.files.atomic import atomic_path
with atomic_path(sys.argv[1]) as temporary, temporary.open("wb") as stream:
    stream.write(b"half of it")
    stream.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


def test_success_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    with atomic_path(file) as temporary:
        temporary.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def write_half(file: Path, error: type[BaseException]) -> None:
    with atomic_path(file) as temporary:
        temporary.write_text("half of it")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failure_keeps_the_old_file_and_leaves_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    with pytest.raises(error):
        write_half(file, error)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_temporary_name_is_hidden_and_keeps_the_suffixes(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.ome.tif") as temporary:
        temporary.touch()
    assert temporary.parent == tmp_path
    assert temporary.name.startswith(".")
    assert temporary.name.endswith(".ome.tif")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts the path too")
@pytest.mark.parametrize("start", ["2024.01.01 ", "ü."])
def test_any_name_that_the_system_takes(tmp_path: Path, start: str) -> None:
    end = ".safetensors"
    file = tmp_path / (start + "x" * (255 - len(os.fsencode(start + end))) + end)
    with atomic_path(check_target(file)) as temporary:
        temporary.touch()
    assert temporary.suffix == end
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no umask")
def test_a_killed_writer_leaves_the_old_file_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    command = [sys.executable, "-c", SLOW_WRITER, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        writer.send_signal(signal.SIGKILL)
    assert file.read_text() == "old"
    left = set(tmp_path.iterdir()) - {file}
    assert len(left) == 1
    assert all(path.name.startswith(".") for path in left)
    (tmp_path / ".other").touch()
    remove_leftovers(tmp_path)
    assert set(tmp_path.iterdir()) == {file, tmp_path / ".other"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no umask")
def test_the_file_may_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    before = os.umask(0o022)
    try:
        with atomic_path(file) as temporary:
            temporary.touch()
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    file, link = tmp_path / "store" / "a.txt", tmp_path / "link.txt"
    link.symlink_to(file)
    with atomic_path(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert file.read_text() == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "a.json"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert check_target(pipe) == pipe
    with atomic_path(pipe) as temporary:
        temporary.write_text("new")
    assert os.read(reader, 9) == b"new"
    os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="open files have no names here")
def test_an_open_pipe_without_a_name_is_written_to() -> None:
    reader, writer = os.pipe()
    with atomic_path(f"/dev/fd/{writer}") as temporary:
        temporary.write_text("new")
    assert os.read(reader, 9) == b"new"
    os.close(reader)
    os.close(writer)


def test_a_missing_folder_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere does not exist: create it"):
        atomic_path(tmp_path / "nowhere" / "a.txt").__enter__()
    with pytest.raises(IsADirectoryError, match="is a folder: give the name of a file"):
        atomic_path(tmp_path).__enter__()
