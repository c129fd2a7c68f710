"""What the thread of *Train* does: fetch or read the pictures, then train."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from napari_fsrcnn.datasets.bsd100 import fetch_bsd100
from napari_fsrcnn.datasets.download import DownloadStopped
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Event, Finished
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.training.vgg_download import fetch_for
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.job_events import Advanced, Fetched, JobFailed, reporting
from napari_fsrcnn.widgets.layer_reading import Reader


def training_events(
    config: TrainingConfig,
    read: Reader | None = None,
    *,
    pause: threading.Event,
    resuming: bool = False,
    stop: threading.Event,
    report: Callable[[Advanced], None],
) -> Iterator[Advanced | Event]:
    """Train on BSD-100, a folder or layers.

    Parameters
    ----------
    config : TrainingConfig
    read : callable, optional
        Reads the pictures to use instead of ``config.data``.
    pause : threading.Event
        As in :func:`napari_fsrcnn.training.train.train`.
    resuming : bool
        Go on with the run in ``config.run``.
    stop : threading.Event
        Before the first step it ends the work without any event, afterwards as in
        :func:`napari_fsrcnn.training.train.train`.
    report : callable
        Called with the progress of a download.

    Yields
    ------
    Started, Stepped, Validated, Saved, Paused, Noticed, Finished
        See :mod:`napari_fsrcnn.training.events`.

    Raises
    ------
    ValueError, OSError, MemoryError
        As :func:`napari_fsrcnn.training.train.train`.
    JobFailed
        The device ran out of memory or broke down.
    """
    try:
        pictures = read() if read is not None else None
        if "bsd100" in config.data:
            files = partial(Fetched, what="BSD-100", unit="files")
            fetch_bsd100((config.scale,), reporting(report, files), stop)
        megabytes = partial(Fetched, what="the weights of VGG", unit="MB")
        fetch_for(config, reporting(report, megabytes), stop)
    except DownloadStopped:
        return
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.training.trainer import Trainer

    if stop.is_set():
        return
    try:
        for event in Trainer(config, pictures, resuming=resuming).run(stop, pause):
            yield _named(event, config)
    except RuntimeError as error:
        raise JobFailed(
            f"Training broke off on this device ({error}). If its memory is full, choose a smaller "
            f"batch or patch. What was saved before is kept."
        ) from error


def _named(event: Event, config: TrainingConfig) -> Event:
    """Give the model the checksum of its file, and the name of the folder that it lies in."""
    if not isinstance(event, Finished) or event.model is None or config.run is None:
        return event
    saved = read_checkpoint(RunFolder(config.run).model)
    return replace(event, model=replace(saved, name=config.run.name))
