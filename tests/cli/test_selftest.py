"""Gain on one picture, as a table, in words and as JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from skimage import data

from napari_fsrcnn.evaluation.self_test import self_test
from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.ome_zarr_pyramid import create_pyramid, open_levels
from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.weights.shipped import list_models

Run = Callable[..., subprocess.CompletedProcess[str]]

RGB = data.astronaut()[:100, 150:271]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    iio.imwrite(path, RGB)
    return path


def row(output: str, name: str) -> list[str]:
    return next(line.split() for line in output.splitlines() if line.split()[:1] == [name])


def test_the_table_is_that_of_the_function(command: Run, photo: Path, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ended = command("selftest", photo, "--scale", 3, "--device", "cpu", "--json", file)
    assert (ended.returncode, ended.stderr) == (0, "")
    found = self_test(RGB, 3, device="cpu")
    assert {model.name for model in found.models} == set(list_models(3))
    for model in found.models:
        assert row(ended.stdout, model.name) == [
            model.name,
            f"{model.psnr:.2f}",
            f"{model.psnr_gain:+.2f}",
            f"{model.ssim:.4f}",
            f"{model.ssim_gain:+.4f}",
            f"{model.consistency:.1f}",
        ]
    bicubic = found.bicubic
    assert row(ended.stdout, "bicubic")[1:] == [
        f"{bicubic.psnr:.2f}",
        f"{bicubic.ssim:.4f}",
        f"{bicubic.consistency:.1f}",
    ]
    assert found.advice in ended.stdout
    assert "Measured on 100 x 121 pixels: Y, data_range 255, border of 3 px cut." in ended.stdout
    assert json.loads(file.read_text()) == json.loads(found.to_json())


def test_models_color_and_value_range_are_the_callers(
    command: Run, photo: Path, trained: Path, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    options = ["--color", "channels", "--value-range", 0, 250, "--device", "cpu", "--json", file]
    models = ["--model", trained, "--model", "fsrcnn-x2"]
    ended = command("selftest", photo, "--scale", 2, *models, *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    how = {"color": "channels", "value_range": (0, 250), "device": "cpu"}
    found = self_test(RGB, 2, [trained, "fsrcnn-x2"], **how)  # type: ignore[arg-type]
    assert json.loads(file.read_text()) == json.loads(found.to_json())
    assert "all channels, data_range 250" in ended.stdout


def test_a_stack(command: Run, trained: Path, tmp_path: Path) -> None:
    planes = np.random.default_rng(0).integers(0, 4096, (4, 40, 50), np.uint16)
    write_picture(tmp_path / "stack.tif", Picture(planes, axes="ZYX"))
    ended = command("selftest", tmp_path / "stack.tif", "--scale", 2, "--model", trained)
    assert ended.returncode == 0
    assert "Measured on 4 planes, 40 x 50 pixels: grey values" in ended.stdout


def test_ome_zarr(command: Run, tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    axes = [named_axis(name) for name in "zyx"]
    planes = np.random.default_rng(0).integers(0, 4096, (3, 40, 50), np.uint16)
    create_pyramid(folder, [planes.shape], (1, 40, 50), planes.dtype, axes, name="a", attributes={})
    open_levels(folder)[0][:] = planes
    ended = command("selftest", folder, "--scale", 2, "--model", "fsrcnn-x2", "--device", "cpu")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "a.zarr, shrunk by 2 and restored" in ended.stdout
    assert "Measured on 3 planes, 40 x 50 pixels: grey values" in ended.stdout


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--scale 9", "from 2 to 8"),
        ("--scale 7", "There is no model x7"),
        ("--scale 2 --model fsrcnn-x3", "enlarges by 3, not by 2"),
        ("--scale 2 --model nosuch", "There is no model 'nosuch'"),
        ("--scale 2 --device cuda:99", "no device cuda:99"),
        ("--scale 2 --value-range 9 1", "low <= high"),
        ("--scale 2 --json nowhere/a.json", "does not exist"),
        ("", "Missing option '--scale'"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    command: Run, photo: Path, options: str, sentence: str
) -> None:
    ended = command("selftest", photo, *options.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert list(photo.parent.iterdir()) == [photo]
