"""Training as two functions: a new run, and one that goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Event
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.training.trainer import Trainer


def train(
    config: TrainingConfig,
    stop: threading.Event | None = None,
    *,
    pictures: Sequence[Pair] | None = None,
    pause: threading.Event | None = None,
) -> Iterator[Event]:
    """Train a network and report what happens; nothing happens until the events are read.

    Parameters
    ----------
    config : TrainingConfig
    stop : threading.Event, optional
        Looked at before every step. Once it is set, the run is saved and ends with the best
        weights so far; while the pictures are still being read, it ends without any event.
    pictures : sequence of Pair, optional
        Pictures already in memory, used instead of ``config.data``.
    pause : threading.Event, optional
        Looked at before every step. While it is set the run, which is saved, waits.

    Yields
    ------
    Started, Stepped, Validated, Saved, Paused, Noticed, Finished
        See :mod:`napari_fsrcnn.training.events`.

    Raises
    ------
    ValueError
        If the device, the architecture or the data can't be used.
    OSError
        If a file can't be read or written, a download fails or the run folder is taken.
    MemoryError
        If even one patch is too much for the device's memory.
    """
    return Trainer(config, pictures).run(stop, pause)


def resume(
    run: str | Path,
    *,
    stop_after: int | None = None,
    pictures: Sequence[Pair] | None = None,
    stop: threading.Event | None = None,
    pause: threading.Event | None = None,
) -> Iterator[Event]:
    """Go on with the run in a folder exactly where it was saved.

    Parameters
    ----------
    run : path
        The run's folder.
    stop_after : int, optional
        Stop after this many more steps.
    pictures, stop, pause
        As for :func:`train`.

    Raises
    ------
    ValueError, OSError, MemoryError
        As :func:`train`, and if the folder holds no run that can be resumed, or the pictures are
        no longer those that the run began with.
    """
    saved = RunFolder(Path(run)).read_config().model_dump()
    config = TrainingConfig(**saved | {"run": run, "stop_after": stop_after})
    return Trainer(config, pictures, resuming=True).run(stop, pause)
