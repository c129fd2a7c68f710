"""``napari-fsrcnn upscale`` into OME-Zarr: pictures of any size, on one machine or many."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import typer

from napari_fsrcnn.cli.console import progress_bar, say
from napari_fsrcnn.cli.interrupt import INTERRUPTED, stop_on_interrupt


def upscale_large(source: Path, target: Path, model: str, scale: int | None, **how: Any) -> None:
    """Upscale chunk by chunk; Ctrl-C leaves what is written for the same command to go on with.

    Parameters
    ----------
    source, target : Path
    model : str
    scale : int or None
        As for :func:`napari_fsrcnn.load_model`.
    **how
        As for :func:`napari_fsrcnn.inference.stream.upscale_to_zarr`.
    """
    stop = threading.Event()
    with progress_bar("Chunks") as progress, stop_on_interrupt(stop):
        from napari_fsrcnn.files.ome_zarr import open_ome_zarr
        from napari_fsrcnn.inference.stream import upscale_to_zarr
        from napari_fsrcnn.inference.tiles import UpscaleStopped
        from napari_fsrcnn.weights.shipped import load_model

        loaded = load_model(model, scale)
        try:
            upscale_to_zarr(source, target, loaded, progress=progress, stop=stop, **how)
        except UpscaleStopped as stopped:
            typer.echo(stopped, err=True)
            raise typer.Exit(INTERRUPTED) from None
    height, width = open_ome_zarr(target).array.shape[-2:]
    say(f"{target}: {width} x {height} pixels, x{loaded.scale} by {loaded.name}")
