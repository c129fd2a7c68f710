"""The demo: a picture to look at, and a table of measured figures."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_fsrcnn.cli.demo import CROP, FILE_NAME, built_in, shipped_scales
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.inference.upscale import upscale

Ended = subprocess.CompletedProcess[str]
Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(process: Run, folder: Path) -> Ended:
    ended = process("demo", "--out", folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended


def test_the_png_shows_the_pictures_enlarged(demo: Ended, folder: Path) -> None:
    assert str(folder / FILE_NAME) in demo.stdout
    sheet = iio.imread(folder / FILE_NAME)
    scale = shipped_scales()[-1]
    height, width = (scale * length for length in CROP)
    gap = 8
    right = sheet[:, -gap - width : -gap]
    for place, example in enumerate(reversed(built_in())):
        bottom = len(sheet) - gap - place * (height + gap)
        enlarged = upscale(example.picture, f"fsrcnn-x{scale}", rgb=True)
        shown = right[bottom - height : bottom]
        np.testing.assert_array_equal(shown, example.crop(enlarged, scale))
        left = sheet[bottom - height : bottom, gap : gap + width]
        np.testing.assert_array_equal(left[::scale, ::scale], example.crop(example.picture, 1))


def test_the_headings_are_dark_on_white(demo: Ended, folder: Path) -> None:
    heading = iio.imread(folder / FILE_NAME)[:56]
    assert demo.returncode == 0
    assert (heading[:, 0] == 255).all()
    assert (heading < 60).any()


def test_the_table_is_what_evaluate_measures(demo: Ended) -> None:
    rows = [line.split() for line in demo.stdout.splitlines()]
    for example in built_in():
        for scale in (2, 3, 4):
            model = f"fsrcnn-x{scale}"
            pair = Pair(example.name, example.picture, None, rgb=True)
            figures = evaluate(model, [pair], scale)
            row = next(row for row in rows if row[:3] == [example.name, f"x{scale}", model])
            assert row[3:6] == [
                f"{figures.psnr:.2f}",
                f"{figures.bicubic_psnr:.2f}",
                f"{figures.gain:+.2f}",
            ]
            assert figures.gain > 0


@pytest.mark.parametrize(
    ("out", "sentence"),
    [("a.gif", "must end in"), ("nowhere/a.png", "does not exist")],
)
def test_no_place_for_the_png_is_said_before_the_work(
    command: Run, tmp_path: Path, out: str, sentence: str
) -> None:
    ended = command("demo", "--out", tmp_path / out)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr


def test_without_a_display_view_is_refused_at_once(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    ended = command("demo", "--view", "--out", tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "leave out --view" in ended.stderr
    assert list(tmp_path.iterdir()) == []
