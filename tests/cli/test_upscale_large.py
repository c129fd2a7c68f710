"""``upscale`` into OME-Zarr: what is said, Ctrl-C and going on, and what is refused."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile
import zarr
from tests.conftest import local_cluster

from napari_fsrcnn.evaluation.consistency import consistency
from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.inference.upscale import upscale

Run = Callable[..., subprocess.CompletedProcess[str]]

IMAGE = np.random.default_rng(0).integers(0, 4096, (700, 600), np.uint16)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_picture(tmp_path / "a.tif", Picture(IMAGE))
    return tmp_path / "a.tif"


def test_tiff_into_zarr_and_on(command: Run, trained: Path, source: Path) -> None:
    first, second = source.with_name("b.zarr"), source.with_name("c.zarr")
    options = ["--model", trained, "--device", "cpu"]
    ended = command("upscale", source, first, *options, "--value-range", 0, 4095)
    assert (ended.returncode, ended.stderr) == (0, "")
    found = np.asarray(zarr.open_array(first / "0", mode="r")[:])
    expected = upscale(IMAGE, trained, value_range=(0, 4095), device="cpu")
    np.testing.assert_allclose(found, expected, atol=1)
    size, agrees = ended.stdout.splitlines()
    assert size == f"{first}: 1200 x 1400 pixels, x2 by small"
    assert agrees == consistency(IMAGE, found, 2).sentence("a.tif")
    assert command("upscale", first, second, *options).returncode == 0
    assert zarr.open_array(second / "0", mode="r").shape == (2800, 2400)
    # The same again is there already; another result is not written over it.
    assert command("upscale", first, second, *options).returncode == 0
    ended = command("upscale", source, second, *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "c.zarr exists already" in ended.stderr


def test_a_png_is_decoded_once(
    command: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_picture(tmp_path / "a.png", Picture(IMAGE[:40, :50]))
    decode, decoded = iio.imread, list[Any]()

    def count(path: Any, **how: Any) -> Any:
        decoded.append(path)
        return decode(path, **how)

    monkeypatch.setattr(iio, "imread", count)
    words = ["upscale", tmp_path / "a.png", tmp_path / "b.zarr", "--model", trained]
    assert command(*words, "--device", "cpu").returncode == 0
    assert decoded == [tmp_path / "a.png"]


def test_half_precision_is_measured(command: Run, trained: Path, source: Path) -> None:
    target = source.with_name("b.zarr")
    options = ["--model", trained, "--device", "cpu", "--precision"]
    ended = command("upscale", source, target, *options, "bf16")
    assert (ended.returncode, ended.stderr) == (0, "")
    size, _, deviates = ended.stdout.splitlines()
    assert size.endswith("x2 by small")
    assert "bf16 differs from float32 by at most" in deviates
    # Single precision is another result.
    ended = command("upscale", source, target, *options, "float32")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "b.zarr exists already" in ended.stderr


def test_by_the_workers_of_a_scheduler(command: Run, trained: Path, source: Path) -> None:
    options = ["--model", trained, "--device", "cpu"]
    with local_cluster(1, processes=True) as cluster:
        where = ["--scheduler", cluster.scheduler_address]
        ended = command("upscale", source, source.with_name("b.zarr"), *options, *where)
    assert (ended.returncode, ended.stderr) == (0, "")
    alone = command("upscale", source, source.with_name("c.zarr"), *options)
    assert ended.stdout == alone.stdout.replace("c.zarr", "b.zarr")
    found, expected = (
        np.asarray(zarr.open_array(source.with_name(name) / "0", mode="r")[:])
        for name in ("b.zarr", "c.zarr")
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("target", "options", "sentence"),
    [
        ("b.tif", "--scheduler tcp://127.0.0.1:9", "give OUT as b.zarr"),
        ("b.zarr", "--scheduler nonsense", "no dask scheduler at nonsense"),
        ("b.zarr", "--model nosuch", "There is no model 'nosuch'"),
        ("nowhere/b.zarr", "", "does not exist"),
        ("a.tif/b.zarr", "", "a.tif is a file: choose another folder."),
        # Longer still by what is put behind it meanwhile, of which nothing is told.
        pytest.param(
            f"{'b' * 245}.zarr",
            "",
            "bbb.zarr: File name too long",
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="Windows words it otherwise, and counts the path"
            ),
        ),
        ("b.zarr", "--precision fp16 --device cpu", "does not compute in fp16"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    command: Run, source: Path, target: str, options: str, sentence: str
) -> None:
    ended = command("upscale", source, source.parent / target, *options.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (source.parent / target).exists()


FULL_AND_ON = """
import subprocess, sys
from napari_fsrcnn.cli.main import main

disk, *sys.argv = sys.argv[1:]
for size in ("3m", "30m"):
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)
    try:
        main()
    except SystemExit as ended:
        print(ended.code or 0)
"""


def test_a_full_disk_keeps_what_is_written_for_the_same_command(
    on_a_disk: Callable[..., str], trained: Path, source: Path
) -> None:
    disk = source.with_name("disk")
    words = ["upscale", source, disk / "b.zarr", "--model", trained, "--device", "cpu"]
    run = [sys.executable, "-u", "-c", FULL_AND_ON, disk, "napari-fsrcnn", *words]
    full = "free some space and start again in the same way, and it goes on from there"
    broken, first, done, agrees, then = on_a_disk("size=3m", *run).splitlines()
    assert (first, then) == ("2", "0")
    assert broken == f"Error: The disk of {disk} is full: {full}, for what was computed is kept."
    assert done == f"{disk / 'b.zarr'}: 1200 x 1400 pixels, x2 by small"
    assert agrees.startswith("Shrunk again, it agrees with a.tif to ")


def test_zarr_into_a_file_is_refused(command: Run, source: Path) -> None:
    zarr.open_group(source.with_name("a.zarr"), mode="w")
    ended = command("upscale", source.with_name("a.zarr"), source.with_name("b.tif"))
    assert ended.returncode == 2
    assert "give OUT as b.zarr" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
def test_ctrl_c_leaves_what_is_written_for_the_same_command(
    start: Callable[..., subprocess.Popen[str]], command: Run, trained: Path, tmp_path: Path
) -> None:
    import pty

    source, target = tmp_path / "a.tif", tmp_path / "b.zarr"
    tifffile.imwrite(source, np.zeros((5000, 5000), np.uint8))
    words = ("upscale", source, target, "--model", trained, "--device", "cpu")
    terminal, stderr = pty.openpty()
    run = start(*words, stderr=stderr)
    os.close(stderr)
    shown = ""
    while not re.search(r"\b[1-9]\d*/\d\d\d", shown):
        shown += os.read(terminal, 1024).decode()
    run.send_signal(signal.SIGINT)
    stdout, _ = run.communicate(timeout=60)
    while "goes on from there" not in " ".join(shown.split()):
        shown += os.read(terminal, 1024).decode()
    os.close(terminal)
    assert (run.returncode, stdout) == (130, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.zarr.partial"]
    assert command(*words).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.zarr"]
