"""``napari-fsrcnn models``: what is shipped, how good it is, and a model's whole card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from napari_fsrcnn.cli.console import say, show_table
from napari_fsrcnn.image.gain import gain

if TYPE_CHECKING:
    from pathlib import Path

    from napari_fsrcnn.weights.card import Card


def models(
    model: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="show this model's whole card")
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="list the models of this scale only; or the scale of the model, where its name "
            "does not say it",
        ),
    ] = None,
) -> None:
    """List the shipped models, or show what one model's card says."""
    if model is None:
        _list(scale)
    else:
        _show(model, scale)


def _list(scale: int | None) -> None:
    from napari_fsrcnn.weights.checkpoint import read_card
    from napari_fsrcnn.weights.shipped import list_models, model_path

    if not (names := list_models(scale)):
        raise ValueError(f"There is no shipped model for x{scale}: leave --scale out to see all.")
    cards = {name: read_card(model_path(name)) for name in names}
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
                f"{_count_weights(model_path(name)):,}",
                f"{gain(validation.psnr, validation.bicubic_psnr):+z.2f}" if validation else "",
                *(measured.get(each, "") for each in sets),
            ]
        )
    columns = ["model", "trained on", "scale", "weights", "gain", *sets]
    show_table("Shipped models", columns, rows, texts=2)
    say("Gain: dB over bicubic on the validation pictures. Test sets: PSNR in dB.")
    for license_ in dict.fromkeys(card.weights_license for card in cards.values()):
        say(f"Licence of the weights: {license_}.")
    say("'napari-fsrcnn models NAME' shows a model's whole card.")


def _show(model: str, scale: int | None) -> None:
    from napari_fsrcnn.weights.card_text import card_rows
    from napari_fsrcnn.weights.shipped import checkpoint_path, is_imported

    path = checkpoint_path(model, scale)
    card, weights = _read_imported(path, scale) if is_imported(path) else _read(path, scale)
    show_table(path.stem, ["", ""], [*card_rows(card), ("weights", f"{weights:,}")], texts=2)


def _read(checkpoint: Path, scale: int | None) -> tuple[Card, int]:
    """Read card and number of weights without torch, and whatever the architecture is."""
    from napari_fsrcnn.weights.checkpoint import read_card
    from napari_fsrcnn.weights.shipped import check_scale_of

    card = read_card(checkpoint)
    check_scale_of(checkpoint.stem, card.scale, scale)
    return card, _count_weights(checkpoint)


def _read_imported(path: Path, scale: int | None) -> tuple[Card, int]:
    from napari_fsrcnn.networks.cost import count_weights
    from napari_fsrcnn.weights.convert import import_weights

    model = import_weights(path, scale)
    return model.card, count_weights(model.network)


def _count_weights(checkpoint: Path) -> int:
    """Count them from the file's header alone, which needs no torch."""
    from safetensors import safe_open

    from napari_fsrcnn.networks.kernels import kernel_weights

    with safe_open(checkpoint, "numpy") as file:
        return kernel_weights(file.get_slice(name).get_shape() for name in file.keys())  # noqa: SIM118
