"""``napari-fsrcnn selftest``: whether the models help on this very picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from napari_fsrcnn.cli.console import progress_bar, say, show_table
from napari_fsrcnn.cli.other_images import warn_of_others
from napari_fsrcnn.cli.value_range import check_width
from napari_fsrcnn.files.atomic import atomic_path, check_target

if TYPE_CHECKING:
    from napari_fsrcnn.evaluation.self_test_result import Restored, SelfTest


def selftest(
    image: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE", help="picture or stack: OME-Zarr, TIFF, or PNG, JPEG and the like"
        ),
    ],
    scale: Annotated[int, typer.Option(metavar="K", help="enlargement")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE",
            help="a shipped model, or a file; to be repeated; by default all shipped ones x K",
        ),
    ] = None,
    color: Annotated[
        Literal["luma", "channels"],
        typer.Option(help="the network, and the figures, on Y or on each channel"),
    ] = "luma",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda[:N] or mps")] = "auto",
    value_range: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="LOW HIGH",
            help="as for upscale; its span is also the data range",
            callback=check_width,
        ),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write all figures to this file too")
    ] = None,
) -> None:
    """Shrink a picture by K, restore it, and show how much each model gains over bicubic."""
    from napari_fsrcnn.files.open_picture import open_picture
    from napari_fsrcnn.files.pictures import read_picture

    if json is not None:
        check_target(json)
    # Of a file in memory it can be told whether a model was trained on it.
    picture = open_picture(image) if image.is_dir() else read_picture(image)
    warn_of_others(image.name, picture.others, "measured")
    with progress_bar("Tiles") as progress:
        from napari_fsrcnn.evaluation.self_test import self_test

        result = self_test(
            picture.data,
            scale,
            model or None,
            rgb=picture.rgb,
            value_range=value_range,
            color=color,
            device=device,
            progress=progress,
        )
    if json is not None:
        with atomic_path(json) as temporary:
            temporary.write_text(result.to_json() + "\n", encoding="utf-8")
    _show(image.name, result)


def _show(name: str, result: SelfTest) -> None:
    show_table(
        f"{name}, shrunk by {result.scale} and restored",
        ["", "PSNR, dB", "gain", "SSIM", "gain", "consistency, dB"],
        [_row(result.bicubic, gains=False), *(_row(model, gains=True) for model in result.models)],
    )
    say(f"Measured on {result.measured_on}.")
    say(result.advice)


def _row(restored: Restored, *, gains: bool) -> list[str]:
    return [
        restored.name,
        f"{restored.psnr:.2f}",
        f"{restored.psnr_gain:+z.2f}" if gains else "",
        f"{restored.ssim:.4f}",
        f"{restored.ssim_gain:+z.4f}" if gains else "",
        f"{restored.consistency:.1f}",
    ]
