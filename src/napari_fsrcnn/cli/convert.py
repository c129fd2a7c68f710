"""``napari-fsrcnn convert``: weights of other projects become a checkpoint of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from napari_fsrcnn.cli.checkpoint_name import check_checkpoint_name
from napari_fsrcnn.cli.console import say, show_table


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            help="the papers' authors' .mat or yjn870's .pth file; no code in it is run",
        ),
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="name of the .safetensors file")],
    scale: Annotated[
        int | None,
        typer.Option(metavar="K", help="scale of the weights, where the name of IN has no x2, ..."),
    ] = None,
    arch: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="architecture that IN must hold; another is refused"),
    ] = None,
) -> None:
    """Convert weights of other projects to a checkpoint."""
    check_checkpoint_name(target)

    from napari_fsrcnn.weights.checkpoint import save_checkpoint
    from napari_fsrcnn.weights.convert import import_weights

    card = save_checkpoint(target, import_weights(source, scale, arch)).card
    facts = {
        "architecture": card.architecture,
        "scale": f"x{card.scale}",
        **{name.replace("_", " "): str(value) for name, value in card.hyperparameters.items()},
        "origin": card.origin,
    }
    show_table(source.name, ["", "as understood"], facts.items(), texts=2)
    say(f"Written: {target}")
