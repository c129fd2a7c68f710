"""From file to file: dtype, metadata and pixel size; refusals before the work; Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_fsrcnn.evaluation.consistency import consistency
from napari_fsrcnn.files.pictures import Picture, read_picture, write_picture
from napari_fsrcnn.inference.upscale import upscale

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Return a 12-bit stack in uint16, as a microscope writes it."""
    values = np.random.default_rng(0).integers(0, 4096, (2, 17, 20), np.uint16)
    path = tmp_path / "stack.tif"
    size = {"Z": 2.0, "Y": 0.4, "X": 0.4}
    write_picture(path, Picture(values, axes="ZYX", pixel_size=size, unit="µm"))
    return path


def test_a_stack_keeps_its_dtype_axes_and_physical_size(
    command: Run, trained: Path, stack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "large.tif"
    ended = command("upscale", stack, out, "--model", trained, "--device", "cpu")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"{out}: 40 x 34 pixels, x2 by small" in ended.stdout
    large = read_picture(out)
    assert (large.data.dtype.name, large.axes, large.unit) == ("uint16", "ZYX", "µm")
    assert dict(large.pixel_size) == pytest.approx({"Z": 2.0, "Y": 0.2, "X": 0.2})
    expected = upscale(read_picture(stack).data, trained, rgb=False, device="cpu")
    np.testing.assert_array_equal(large.data, expected)
    agreement = consistency(read_picture(stack).data, expected, 2, rgb=False)
    assert agreement.sentence("stack.tif") in ended.stdout


def test_the_options_reach_the_network(command: Run, trained: Path, tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 9, 3), np.uint8)
    source, out = tmp_path / "a.png", tmp_path / "b.png"
    iio.imwrite(source, picture)
    options = ["--model", trained, "--color", "channels", "--value-range", 10, 200]
    assert command("upscale", source, out, *options).returncode == 0
    expected = upscale(picture, trained, rgb=True, color="channels", value_range=(10, 200))
    np.testing.assert_array_equal(iio.imread(out), expected)


def test_half_precision_tells_what_it_costs(
    command: Run, trained: Path, stack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "large.tif"
    ended = command("upscale", stack, out, "--model", trained, "--precision", "bf16")
    assert (ended.returncode, ended.stderr) == (0, "")
    told = re.search(r"bf16 differs from float32 by at most (\d+\.\d+) of 255", ended.stdout)
    assert told is not None
    assert float(told[1]) < 25
    exact = upscale(read_picture(stack).data, trained, rgb=False)
    expected = upscale(read_picture(stack).data, trained, rgb=False, precision="bf16")
    np.testing.assert_array_equal(read_picture(out).data, expected)
    assert not np.array_equal(expected, exact)


def test_half_precision_where_there_is_none_is_refused(
    command: Run, trained: Path, stack: Path, tmp_path: Path
) -> None:
    how = ["--model", trained, "--device", "cpu", "--precision", "fp16"]
    for target in ("a.tif", "a.zarr"):
        ended = command("upscale", stack, tmp_path / target, *how)
        assert ended.returncode == 2
        assert "The CPU does not compute in fp16: choose float32 or bf16." in ended.stderr
    assert list(tmp_path.iterdir()) == [stack]


def test_the_model_is_the_one_of_the_readme(command: Run, pictures: Path, tmp_path: Path) -> None:
    source, out = pictures / "wave_0.png", tmp_path / "large.png"
    assert command("upscale", source, out).returncode == 0
    assert iio.imread(out).shape == (128, 128)
    assert command("upscale", source, out, "--model", "fsrcnn-x3").returncode == 0
    assert iio.imread(out).shape == (192, 192)


@pytest.mark.parametrize(
    ("target", "options", "sentence"),
    [
        ("stack.tif", "", "is the picture itself"),
        ("a.png", "", "A .png file cannot hold a stack"),
        ("a.webp", "", "must end in .png"),
        ("nowhere/a.tif", "", "does not exist"),
        (".", "", "is a folder: give the name of a file in it."),
        ("a.tif", "--model nosuch", "There is no model 'nosuch'"),
        ("a.tif", "--model nosuch.safetensors", "There is no file"),
        ("a.tif", "--device cuda:99", "no device cuda:99"),
        ("a.tif", "--value-range 9 1", "low <= high"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    command: Run, stack: Path, target: str, options: str, sentence: str
) -> None:
    before = stack.read_bytes()
    ended = command("upscale", stack, stack.parent / target, *options.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert list(stack.parent.iterdir()) == [stack]
    assert stack.read_bytes() == before


def test_the_same_file_is_known_by_another_name(command: Run, stack: Path) -> None:
    link = stack.with_name("link.tif")
    link.symlink_to(stack)
    assert "is the picture itself" in command("upscale", stack, link).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
def test_ctrl_c_in_the_middle_leaves_nothing(
    start: Callable[..., subprocess.Popen[str]],
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import pty

    # As many tiles as it takes on any machine: the size that is fastest may make few of them.
    monkeypatch.setenv("NAPARI_FSRCNN_TILE", "40x40")
    source, out = tmp_path / "a.png", tmp_path / "b.png"
    iio.imwrite(source, np.zeros((3000, 3000), np.uint8))
    terminal, stderr = pty.openpty()
    run = start("upscale", source, out, "--model", trained, "--device", "cpu", stderr=stderr)
    os.close(stderr)  # so that reading fails, instead of waiting, should the command have ended
    shown = ""
    # The bar counts tiles: some are done, and many are not.
    while not re.search(r"\b[1-9]\d*/5625", shown):
        shown += os.read(terminal, 1024).decode()
    run.send_signal(signal.SIGINT)
    stdout, _ = run.communicate(timeout=60)
    os.close(terminal)
    assert (run.returncode, stdout) == (130, "")
    assert list(tmp_path.iterdir()) == [source]
