"""Weights of other projects become checkpoints, and what was understood is said."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_fsrcnn.weights.checkpoint import read_card

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def authors(data_folder: Callable[[str], Path]) -> Path:
    return data_folder("peers") / "authors-mat"


def test_the_authors_weights_are_converted(command: Run, authors: Path, tmp_path: Path) -> None:
    out = tmp_path / "authors.safetensors"
    ended = command("convert", authors / "FSRCNN-s_x3.mat", out)
    assert (ended.returncode, ended.stderr) == (0, "")
    card = read_card(out)
    assert (card.architecture, card.scale) == ("fsrcnn-s", 3)
    for fact in ("fsrcnn-s", "x3", "replicate", card.origin, str(out)):
        assert fact in ended.stdout


@pytest.mark.parametrize(
    ("source", "target", "options", "sentence"),
    [
        ("FSRCNN_x3.mat", "a.bin", "", "A model is saved as .safetensors"),
        ("FSRCNN_x3.mat", "nowhere/a.safetensors", "", "does not exist"),
        ("FSRCNN_x3.mat", "a.safetensors", "--arch srcnn-915", "architecture fsrcnn"),
        ("FSRCNN_x9.mat", "a.safetensors", "", "There is no file"),
    ],
)
def test_what_cannot_be_converted_leaves_nothing(
    command: Run,
    authors: Path,
    tmp_path: Path,
    source: str,
    target: str,
    options: str,
    sentence: str,
) -> None:
    ended = command("convert", authors / source, tmp_path / target, *options.split())
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_scale_that_the_name_does_not_say_is_asked_for(
    command: Run, authors: Path, tmp_path: Path
) -> None:
    source = tmp_path / "weights.mat"
    source.write_bytes((authors / "FSRCNN_x2.mat").read_bytes())
    out = tmp_path / "a.safetensors"
    ended = command("convert", source, out)
    assert ended.returncode == 2
    assert "--scale" in ended.stderr
    assert command("convert", source, out, "--scale", 2).returncode == 0
    assert read_card(out).scale == 2
