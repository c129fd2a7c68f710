"""The table of shipped models."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from napari_fsrcnn.cli.models import count_weights
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.weights.shipped import model_path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_each_model_has_a_row_with_what_its_card_says(command: Run) -> None:
    ended = command("models")
    assert ended.returncode == 0
    rows = {line.split()[0]: line for line in ended.stdout.splitlines() if line.strip()}
    for scale in (2, 3, 4):
        card = read_card(model_path(f"fsrcnn-x{scale}"))
        row = rows[f"fsrcnn-x{scale}"]
        assert card.training is not None
        assert card.validation is not None
        gain = card.validation.psnr - card.validation.bicubic_psnr
        for fact in (f" x{scale} ", " 12,464 ", *card.training.data, f" {gain:+.2f} "):
            assert fact in row


def test_weights_are_counted_as_the_papers_do(trained: Path) -> None:
    assert count_weights(trained) == 3937
