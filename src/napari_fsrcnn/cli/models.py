"""``napari-fsrcnn models``: what is shipped, how good it is, and a model's whole card."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Annotated

import typer

from napari_fsrcnn.cli.console import say, show_table
from napari_fsrcnn.image.gain import gain

if TYPE_CHECKING:
    from pathlib import Path

# Axes of a convolution's weights; biases and PReLU slopes, which the papers do not count, have one.
_KERNEL_AXES = 4


def models(
    model: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="show this model's whole card")
    ] = None,
) -> None:
    """List the shipped models, or show what one model's card says."""
    if model is None:
        _list()
    else:
        _show(model)


def _list() -> None:
    from napari_fsrcnn.weights.checkpoint import read_card
    from napari_fsrcnn.weights.shipped import list_models, model_path

    cards = {name: read_card(model_path(name)) for name in list_models()}
    sets = list(dict.fromkeys(each.dataset for card in cards.values() for each in card.figures))
    rows = []
    for name, card in cards.items():
        measured = {each.dataset: f"{each.psnr:.2f}" for each in card.figures}
        validation = card.validation
        rows.append(
            [
                name,
                " + ".join(card.training.data) if card.training else card.origin,
                f"x{card.scale}",
                f"{count_weights(model_path(name)):,}",
                f"{gain(validation.psnr, validation.bicubic_psnr):+.2f}" if validation else "",
                *(measured.get(each, "") for each in sets),
            ]
        )
    columns = ["model", "trained on", "scale", "weights", "gain", *sets]
    show_table("Shipped models", columns, rows, texts=2)
    say("Gain: dB over bicubic on the validation pictures. Test sets: PSNR in dB.")
    say("'napari-fsrcnn models NAME' shows a model's whole card.")


def _show(model: str) -> None:
    from napari_fsrcnn.weights.card_text import card_rows
    from napari_fsrcnn.weights.checkpoint import read_card
    from napari_fsrcnn.weights.shipped import checkpoint_path

    path = checkpoint_path(model)
    rows = [*card_rows(read_card(path)), ("weights", f"{count_weights(path):,}")]
    show_table(path.stem, ["", ""], rows, texts=2)


def count_weights(checkpoint: Path) -> int:
    """Count the weights of a checkpoint's convolutions as the papers do, from its header alone."""
    from safetensors import safe_open

    with safe_open(checkpoint, "numpy") as file:
        shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118
    return sum(prod(shape) for shape in shapes if len(shape) == _KERNEL_AXES)
