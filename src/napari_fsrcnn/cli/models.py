"""``napari-fsrcnn models``: what is shipped, and how good it is."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from napari_fsrcnn.cli.console import say, show_table

if TYPE_CHECKING:
    from pathlib import Path

# Axes of a convolution's weights; biases and PReLU slopes, which the papers do not count, have one.
_KERNEL_AXES = 4


def models() -> None:
    """List the shipped models, with their figures on pictures that chose their best weights."""
    from napari_fsrcnn.weights.shipped import list_models

    columns = ["model", "architecture", "trained on", "scale", "weights", "PSNR", "bicubic", "gain"]
    show_table("Shipped models", columns, map(_row, list_models()), texts=3)
    say("PSNR in dB on the validation pictures; 'napari-fsrcnn evaluate' measures on others.")


def _row(name: str) -> list[str]:
    from napari_fsrcnn.weights.checkpoint import read_card
    from napari_fsrcnn.weights.shipped import model_path

    path = model_path(name)
    card = read_card(path)
    row = [
        name,
        card.architecture,
        ", ".join(card.training.data) if card.training else card.origin,
        f"x{card.scale}",
        f"{count_weights(path):,}",
    ]
    if card.validation is None:
        return [*row, "", "", ""]
    psnr, bicubic = card.validation.psnr, card.validation.bicubic_psnr
    return [*row, f"{psnr:.2f}", f"{bicubic:.2f}", f"{psnr - bicubic:+.2f}"]


def count_weights(checkpoint: Path) -> int:
    """Count the weights of a checkpoint's convolutions as the papers do, from its header alone."""
    from safetensors import safe_open

    with safe_open(checkpoint, "numpy") as file:
        shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118
    return sum(prod(shape) for shape in shapes if len(shape) == _KERNEL_AXES)
