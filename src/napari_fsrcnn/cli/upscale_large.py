"""``napari-fsrcnn upscale`` into OME-Zarr: pictures of any size, on one machine or many."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from napari_fsrcnn.cli.console import progress_bar, say, warn
from napari_fsrcnn.cli.interrupt import INTERRUPTED, stop_on_interrupt, tell_of_stop
from napari_fsrcnn.cli.other_images import warn_of_others

if TYPE_CHECKING:
    from napari_fsrcnn.inference.prepared import Precision


def upscale_large(
    source: Path,
    target: Path,
    model: str,
    scale: int | None,
    *,
    scheduler: str | None,
    precision: Precision,
    **how: Any,
) -> None:
    """Upscale chunk by chunk; Ctrl-C leaves what is written for the same command to go on with.

    Parameters
    ----------
    source, target : Path
    model : str
    scale : int or None
        As for :func:`napari_fsrcnn.load_model`.
    scheduler, precision, **how
        As for :func:`napari_fsrcnn.inference.stream.upscale_to_zarr`.
    """
    stop = threading.Event()
    with progress_bar("Chunks") as progress, stop_on_interrupt(stop), tell_of_stop(stop):
        from napari_fsrcnn.evaluation.compare import channels_of
        from napari_fsrcnn.evaluation.consistency import zarr_consistency
        from napari_fsrcnn.files.ome_zarr import open_ome_zarr
        from napari_fsrcnn.files.open_picture import open_picture
        from napari_fsrcnn.inference.deviation import deviation, deviation_sentence
        from napari_fsrcnn.inference.stream import upscale_to_zarr
        from napari_fsrcnn.inference.tiles import UpscaleStopped
        from napari_fsrcnn.weights.shipped import load_model

        loaded = load_model(model, scale)
        picture = open_picture(source)
        warn_of_others(source.name, picture.others, "upscaled")
        try:
            upscale_to_zarr(
                picture,
                target,
                loaded,
                scheduler=scheduler,
                precision=precision,
                progress=progress,
                stop=stop,
                notice=warn,
                **how,
            )
        except UpscaleStopped as stopped:
            typer.echo(stopped, err=True)
            raise typer.Exit(INTERRUPTED) from None
    height, width = open_ome_zarr(target).array.shape[-2:]
    say(f"{target}: {width} x {height} pixels, x{loaded.scale} by {loaded.name}")
    channels = channels_of(how["color"])
    agreement = zarr_consistency(picture, target, loaded.scale, channels=channels)
    say(agreement.sentence(source.name))
    if precision != "float32" and scheduler is None:  # workers may have other devices
        found = deviation(picture.data, loaded, precision, rgb=picture.rgb, **how)
        say(deviation_sentence(precision, found))
