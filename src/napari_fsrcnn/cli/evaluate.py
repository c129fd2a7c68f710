"""``napari-fsrcnn evaluate``: PSNR and SSIM of a model on a set of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from napari_fsrcnn.cli.console import progress_bar, say, show_table, warn
from napari_fsrcnn.cli.download import BSD100, fetch
from napari_fsrcnn.cli.figures import data_range_in_words, psnr_cells, ssim_cells
from napari_fsrcnn.files.atomic import atomic_path, check_target

if TYPE_CHECKING:
    from napari_fsrcnn.evaluation.score import Evaluation


def evaluate(
    model: Annotated[
        str,
        typer.Option(metavar="NAME|FILE|bicubic", help="a shipped model, a file, or bicubic"),
    ],
    data: Annotated[
        str, typer.Option(metavar="bsd100|DIR", help="BSD-100, or a folder of HR pictures")
    ],
    scale: Annotated[int, typer.Option(metavar="K", help="enlargement")],
    lr: Annotated[
        Literal["made", "given"],
        typer.Option(
            help="LR made from HR by MATLAB's bicubic and not rounded, as in the literature; or "
            "the ready-made LR of the data set"
        ),
    ] = "made",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda[:N] or mps")] = "auto",
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write all figures to this file too")
    ] = None,
) -> None:
    """Measure a model and bicubic: PSNR and SSIM on Y, a border of K pixels left out.

    Pictures that the model was trained or chosen on are left out, and those that can't be read or
    measured, which ends with exit code 1.
    """
    if json is not None:
        check_target(json)
    if data == BSD100:
        fetch([scale])
    with progress_bar("Pictures") as progress:
        from napari_fsrcnn.evaluation import score

        evaluation = score.evaluate(model, data, scale, lr=lr, device=device, progress=progress)
    if json is not None:
        with atomic_path(json) as temporary:
            temporary.write_text(evaluation.to_json() + "\n", encoding="utf-8")
    _show(evaluation)
    for each in evaluation.unusable:
        warn(each.sentence)
    if evaluation.unusable:
        raise typer.Exit(1)


def _show(evaluation: Evaluation) -> None:
    columns = ["", evaluation.model, "bicubic", "gain"]
    rows = [["PSNR, dB", *psnr_cells(evaluation)], ["SSIM", *ssim_cells(evaluation)]]
    shown = 2 if evaluation.model == "bicubic" else 4
    n_pictures = evaluation.counted
    show_table(
        f"{evaluation.dataset} x{evaluation.scale}, mean over {n_pictures} "
        f"picture{'' if n_pictures == 1 else 's'}",
        columns[:shown],
        [row[:shown] for row in rows],
    )
    say(data_range_in_words(evaluation.images))
    if exact := len(evaluation.images) - n_pictures:
        say(f"Left out, because bicubic restores them without error: {exact}.")
    if evaluation.unusable:
        say(f"Left out, because they can't be measured: {len(evaluation.unusable)}.")
    if evaluation.left_out:
        say(f"Left out, because the model was trained or chosen on them: {evaluation.left_out}.")
