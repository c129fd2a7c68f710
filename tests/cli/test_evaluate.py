"""Figures of a model on a folder, as a table and as JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

FIGURES = {"psnr", "ssim", "bicubic_psnr", "bicubic_ssim"}


@pytest.fixture
def with_new_ones(pictures: Path, tmp_path: Path) -> Path:
    """Return the training pictures and two that the model has not seen, in one folder."""
    folder = tmp_path / pictures.name
    shutil.copytree(pictures, folder)
    for name in ("new_1", "new_2"):
        picture = iio.imread(pictures / "wave_0.png")
        iio.imwrite(folder / f"{name}.png", np.rot90(picture)[:63])
    return folder


def test_only_pictures_that_the_model_has_not_seen_count(
    command: Run, trained: Path, with_new_ones: Path, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    options = ["--data", with_new_ones, "--scale", 2, "--device", "cpu", "--json", file]
    ended = command("evaluate", "--model", trained, *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    figures = json.loads(file.read_text())
    assert set(figures) >= {"dataset", "scale", "model", "images", *FIGURES}
    assert (figures["dataset"], figures["scale"], figures["model"]) == ("waves", 2, "small")
    assert [image["name"] for image in figures["images"]] == ["waves/new_1", "waves/new_2"]
    assert all(set(image) == {"name", "data_range", *FIGURES} for image in figures["images"])
    for figure in FIGURES:
        mean = np.mean([image[figure] for image in figures["images"]])
        assert figures[figure] == pytest.approx(mean)
    assert figures["left_out"] == 6
    assert "mean over 2 pictures" in ended.stdout
    assert "trained or chosen on them: 6." in ended.stdout
    gain = figures["psnr"] - figures["bicubic_psnr"]
    psnr_row = next(line for line in ended.stdout.splitlines() if "PSNR" in line)
    assert psnr_row.split()[-3:] == [
        f"{figures['psnr']:.2f}",
        f"{figures['bicubic_psnr']:.2f}",
        f"{gain:+.2f}",
    ]


def test_the_data_range_is_told_or_those_of_the_pictures(
    command: Run, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "waves"
    shutil.copytree(pictures, folder)
    options = ["--model", "bicubic", "--scale", 2, "--data", folder]
    assert "\ndata_range 255\n" in command("evaluate", *options).stdout
    unit = iio.imread(pictures / "wave_0.png").astype(np.float32) / 255
    iio.imwrite(folder / "unit.tif", unit)
    assert "\ndata_range 1, 255\n" in command("evaluate", *options).stdout
    for n in range(2, 6):
        iio.imwrite(folder / f"float_{n}.tif", np.float32(n) * (unit > 0.5))
    told = "\ndata_range 1 to 255: --json tells each picture's\n"
    assert told in command("evaluate", *options).stdout


def test_bicubic_on_set5_is_the_literatures(
    command: Run, data_folder: Callable[[str], Path]
) -> None:
    ended = command("evaluate", "--model", "bicubic", "--data", data_folder("Set5"), "--scale", 3)
    assert "30.39" in ended.stdout
    assert "0.8682" in ended.stdout


def test_a_picture_restored_as_it_was_gives_json_that_every_reader_takes(
    command: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    iio.imwrite(folder / "a.png", np.full((32, 32), 7, np.uint8))
    file = tmp_path / "figures.json"
    ended = command(
        "evaluate", "--model", "bicubic", "--data", folder, "--scale", 2, "--json", file
    )
    assert ended.returncode == 0
    assert "inf" in ended.stdout

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    figures = json.loads(file.read_text(), parse_constant=refuse)
    assert figures["psnr"] is None
    assert figures["ssim"] == 1


def test_it_is_said_how_many_pictures_do_not_count(
    command: Run, with_new_ones: Path, trained: Path
) -> None:
    iio.imwrite(with_new_ones / "empty.png", np.full((32, 32), 7, np.uint8))
    ended = command("evaluate", "--model", trained, "--data", with_new_ones, "--scale", 2)
    assert "inf" not in ended.stdout
    assert "mean over 2 pictures" in ended.stdout
    assert "Left out, because bicubic restores them without error: 1." in ended.stdout


def test_pictures_that_cannot_be_measured_are_named_and_the_others_are_measured(
    command: Run, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "waves"
    shutil.copytree(pictures, folder)
    (folder / "cut.png").write_bytes((pictures / "wave_0.png").read_bytes()[:99])
    (folder / "text.png").write_text("no picture")
    iio.imwrite(folder / "tiny.png", np.eye(3, dtype=np.uint8))
    iio.imwrite(folder / "nan.tif", np.full((64, 64), np.nan, np.float32))
    options = ["--model", "bicubic", "--scale", 2, "--data"]
    ended = command("evaluate", *options, folder)
    assert ended.returncode == 1
    assert "mean over 6 pictures" in ended.stdout
    assert "Left out, because they can't be measured: 4." in ended.stdout
    lines = ended.stderr.splitlines()
    names = ["cut", "nan", "text", "tiny"]
    for name, line in zip(names, lines, strict=True):
        assert line.startswith(f"waves/{name} is left out: ")
    alone = command("evaluate", *options, pictures).stdout
    assert ended.stdout.startswith(alone.rstrip())


def test_where_no_picture_can_be_measured_there_are_no_figures(
    command: Run, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    options = ["--model", "bicubic", "--scale", 2]
    ended = command("evaluate", "--data", tmp_path, *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "No picture can be measured." in ended.stderr
    assert "text.png cannot be read as a picture" in ended.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--scale 3", "enlarges by 2, not by 3"),
        ("--scale 2", "trained or chosen on every one"),
        ("--scale 2 --json nowhere/a.json", "does not exist"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    command: Run, trained: Path, pictures: Path, options: str, sentence: str
) -> None:
    ended = command("evaluate", "--model", trained, "--data", pictures, *options.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_device_that_is_not_there_is_one_line(
    command: Run, trained: Path, with_new_ones: Path
) -> None:
    options = ["--data", with_new_ones, "--scale", 2, "--device", "cuda:99"]
    ended = command("evaluate", "--model", trained, *options)
    assert ended.returncode == 2
    assert "no device cuda:99" in ended.stderr


def test_ready_made_lr_is_refused_where_there_is_none(command: Run, pictures: Path) -> None:
    ended = command(
        "evaluate", "--model", "bicubic", "--data", pictures, "--scale", 2, "--lr", "given"
    )
    assert ended.returncode == 2
    assert "without a ready-made LR" in ended.stderr
