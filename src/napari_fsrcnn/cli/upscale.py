"""``napari-fsrcnn upscale``: one picture or stack, from file to file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from napari_fsrcnn.cli.console import progress_bar, say, warn
from napari_fsrcnn.cli.other_images import warn_of_others
from napari_fsrcnn.cli.upscale_large import upscale_large
from napari_fsrcnn.cli.value_range import check_width

if TYPE_CHECKING:
    from napari_fsrcnn.inference.prepared import Precision


def upscale(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN", help="picture or stack: OME-Zarr, TIFF, or PNG, JPEG and the like"
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="file to write, in the format of its suffix, or OME-Zarr (.zarr) for pictures of "
            "any size",
        ),
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="a shipped model, or a file")
    ] = "fsrcnn-x2",
    scale: Annotated[
        int | None,
        typer.Option(
            metavar="K", help="scale, where FILE is of another project and its name has no x2, ..."
        ),
    ] = None,
    color: Annotated[
        Literal["luma", "channels"],
        typer.Option(
            help="the network on Y and bicubic on colour, or the network on each channel (right "
            "for fluorescence)"
        ),
    ] = "luma",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda[:N] or mps")] = "auto",
    precision: Annotated[
        Literal["float32", "bf16", "fp16"],
        typer.Option(
            help="of the network's arithmetic: bf16 and fp16 are faster on some devices and less "
            "exact, which is then measured and told; fp16 only on GPUs"
        ),
    ] = "float32",
    value_range: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="LOW HIGH",
            callback=check_width,
            help="values that the network sees as 0 and 1; by default 0 and 255 for 8 bits, 0 and "
            "1 for float that lies within and reaches 0.5, else the 0.1 and 99.9 percentiles, or "
            "wider where some values lie far out",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="of a dask scheduler whose workers do the work, for a .zarr that they all see",
        ),
    ] = None,
) -> None:
    """Upscale a picture or a stack; its dtype and metadata are kept, its pixel size divided.

    The result, shrunk again, is compared with the input: many dB say that it contradicts nothing
    that was there. A .zarr is written chunk by chunk, in little memory; should that end too early,
    the same command goes on from there.
    """
    how: dict[str, Any] = {"value_range": value_range, "color": color, "device": device}
    if target.suffix.lower() == ".zarr":
        upscale_large(source, target, model, scale, scheduler=scheduler, precision=precision, **how)
    elif scheduler is not None or source.is_dir():
        raise ValueError(
            f"From OME-Zarr, and on a scheduler, OME-Zarr is written: give OUT as "
            f"{target.stem}.zarr."
        )
    else:
        _upscale_file(source, target, model, scale, precision=precision, **how)


def _upscale_file(
    source: Path,
    target: Path,
    model: str,
    scale: int | None,
    *,
    precision: Precision,
    **how: Any,
) -> None:
    from napari_fsrcnn.files.pictures import check_output, read_picture, write_picture

    if source.exists() and target.exists() and target.samefile(source):
        raise ValueError(f"{target} is the picture itself: choose another name for the result.")
    picture = read_picture(source)
    check_output(target, picture)
    warn_of_others(source.name, picture.others, "upscaled")
    with progress_bar("Tiles") as progress:
        from napari_fsrcnn.evaluation.compare import channels_of
        from napari_fsrcnn.evaluation.consistency import consistency
        from napari_fsrcnn.inference import upscale as inference
        from napari_fsrcnn.inference.deviation import deviation, deviation_sentence
        from napari_fsrcnn.weights.shipped import load_model

        loaded = load_model(model, scale)
        how["rgb"] = picture.rgb
        enlarged = inference.upscale(
            picture.data, loaded, precision=precision, progress=progress, notice=warn, **how
        )
        deviates = (
            0.0 if precision == "float32" else deviation(picture.data, loaded, precision, **how)
        )
    agreement = consistency(
        picture.data,
        enlarged,
        loaded.scale,
        rgb=picture.rgb,
        channels=channels_of(how["color"]),
    )
    write_picture(target, picture.enlarged(enlarged, loaded.scale))
    y = picture.axes.index("Y")
    height, width = enlarged.shape[y : y + 2]
    say(f"{target}: {width} x {height} pixels, x{loaded.scale} by {loaded.name}")
    say(agreement.sentence(source.name))
    if precision != "float32":
        say(deviation_sentence(precision, deviates))
