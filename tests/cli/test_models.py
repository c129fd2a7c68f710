"""The table of shipped models, and the whole card of one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_fsrcnn.image.gain import gain
from napari_fsrcnn.networks.cost import count_weights
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.weights.shipped import list_models, load_model, model_path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_each_model_has_a_row_with_what_its_card_says(command: Run) -> None:
    ended = command("models")
    assert ended.returncode == 0
    rows = {line.split()[0]: line for line in ended.stdout.splitlines() if line.strip()}
    for name in list_models():
        card = read_card(model_path(name))
        assert card.training is not None
        assert card.validation is not None
        gained = gain(card.validation.psnr, card.validation.bicubic_psnr)
        measured = [f" {each.psnr:.2f}" for each in card.figures]
        weights = f" {count_weights(load_model(name).network):,} "
        for fact in (
            f" x{card.scale} ",
            weights,
            *card.training.data,
            f" {gained:+.2f}",
            *measured,
        ):
            assert fact in rows[name]
    told = " ".join(ended.stdout.split())
    assert f"Licence of the weights: {read_card(model_path('fsrcnn-x2')).weights_license}." in told


def test_an_architecture_alone_names_no_model(command: Run) -> None:
    ended = command("models", "fsrcnn-s")
    assert ended.returncode == 2
    assert "fsrcnn-s is shipped as fsrcnn-s-x2, fsrcnn-s-x3, fsrcnn-s-x4" in ended.stderr
    assert command("models", "fsrcnn-s", "--scale", 3).returncode == 0


def test_the_whole_card_of_a_shipped_model(command: Run) -> None:
    ended = command("models", "fsrcnn-x3")
    card = read_card(model_path("fsrcnn-x3"))
    assert ended.returncode == 0
    assert card.training is not None
    for fact in ("fsrcnn-x3", "12,464", "d 56", f"{card.training.step:,} steps", "intended use"):
        assert fact in ended.stdout
    for figures in card.figures:
        assert f"{figures.dataset} " in ended.stdout
        assert f"{figures.psnr:.2f} dB / {figures.ssim:.4f}" in ended.stdout


def test_only_the_models_of_a_scale(command: Run) -> None:
    lines = command("models", "--scale", 3).stdout.splitlines()
    shown = [name for name in list_models() if any(line.split()[:1] == [name] for line in lines)]
    assert shown == list_models(3)
    ended = command("models", "--scale", 7)
    assert ended.returncode == 2
    assert "There is no shipped model for x7" in ended.stderr


def test_a_shipped_model_by_family_and_scale(command: Run) -> None:
    assert command("models", "fsrcnn", "--scale", 3).stdout == command("models", "fsrcnn-x3").stdout


def test_the_whole_card_of_a_file(command: Run, trained: Path) -> None:
    shown = command("models", trained).stdout
    for fact in ("small", "3,937", "30 steps", "waves", "not stated"):
        assert fact in shown


def test_weights_of_other_projects(
    command: Run, data_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    authors = data_folder("peers") / "authors-mat" / "FSRCNN-s_x3.mat"
    shown = command("models", authors).stdout
    for fact in ("FSRCNN-s_x3", "fsrcnn-s", "x3", "replicate", "the authors' weights", "3,937"):
        assert fact in shown
    unnamed = tmp_path / "weights.mat"
    unnamed.write_bytes(authors.read_bytes())
    ended = command("models", unnamed)
    assert ended.returncode == 2
    assert "--scale 3" in ended.stderr
    assert command("models", unnamed, "--scale", 3).stdout.split()[0] == "weights"


def test_another_scale_than_the_models_is_refused(command: Run) -> None:
    ended = command("models", "fsrcnn-x3", "--scale", 2)
    assert ended.returncode == 2
    assert "enlarges by 3, not by 2" in ended.stderr


@pytest.mark.parametrize(
    ("model", "said"),
    [("edsr-x2", "There is no model 'edsr-x2'"), ("no/file.safetensors", "There is no file")],
)
def test_a_model_that_is_not_there(command: Run, model: str, said: str) -> None:
    ended = command("models", model)
    assert ended.returncode == 2
    assert said in ended.stderr
