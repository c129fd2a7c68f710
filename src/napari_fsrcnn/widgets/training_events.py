"""What the thread of *Train* does: fetch or read the pictures, then train."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from napari_fsrcnn.datasets.bsd100 import fetch_bsd100
from napari_fsrcnn.datasets.download import DownloadStopped
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Event, Finished
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.layer_pictures import LayerPicture, read_planes

REPORT_EVERY = 0.1
"""Seconds between reports of a download: files that are there already go by in no time."""


@dataclass(frozen=True)
class Fetched:
    """Files of BSD-100 that are there, of those wanted."""

    files: int
    total: int


class TrainingFailed(Exception):
    """The device could not do it; a RuntimeError would be lost in the thread's worker."""


def training_events(
    config: TrainingConfig,
    layers: Sequence[LayerPicture] | None = None,
    *,
    stop: threading.Event,
    report: Callable[[Fetched], None],
) -> Iterator[Fetched | Event]:
    """Train on BSD-100, a folder or layers.

    Parameters
    ----------
    config : TrainingConfig
    layers : sequence of LayerPicture, optional
        Used instead of ``config.data``.
    stop : threading.Event
        Before the first step it ends the work without any event, afterwards as in
        :func:`napari_fsrcnn.training.trainer.train`.
    report : callable
        Called with the progress of a download.

    Yields
    ------
    Started, Stepped, Validated, Saved, Finished
        See :mod:`napari_fsrcnn.training.events`.

    Raises
    ------
    ValueError, OSError, FloatingPointError
        As :func:`napari_fsrcnn.training.trainer.train`.
    TrainingFailed
        The device ran out of memory or broke down.
    """
    pictures = None
    if layers is not None:
        pictures = [pair for layer in layers for pair in read_planes(layer, config.scale)]
    elif "bsd100" in config.data:
        try:
            fetch_bsd100((config.scale,), _seldom(report), stop)
        except DownloadStopped:
            return
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.training.trainer import train

    if stop.is_set():
        return
    try:
        for event in train(config, pictures=pictures, stop=stop):
            yield _named(event, config)
    except RuntimeError as error:
        raise TrainingFailed(
            f"Training broke off on this device ({error}). If its memory is full, choose a smaller "
            f"batch or patch. What was saved before is kept."
        ) from error


def _named(event: Event, config: TrainingConfig) -> Event:
    """Give the model the checksum of its file, and the name of the folder that it lies in."""
    if not isinstance(event, Finished) or event.model is None or config.run is None:
        return event
    saved = read_checkpoint(RunFolder(config.run).model)
    return replace(event, model=replace(saved, name=config.run.name))


def _seldom(report: Callable[[Fetched], None]) -> Callable[[int, int], None]:
    """Pass on the last file, and of the others one at a time."""
    last = -REPORT_EVERY

    def progress(files: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= REPORT_EVERY or files == total:
            last = now
            report(Fetched(files, total))

    return progress
