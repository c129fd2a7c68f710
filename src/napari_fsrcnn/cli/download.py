"""``napari-fsrcnn download``, and the fetching of what other commands use."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from napari_fsrcnn.cli.console import progress_bar, say
from napari_fsrcnn.cli.interrupt import INTERRUPTED, stop_on_interrupt, tell_of_stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from napari_fsrcnn.cli.console import Advance
    from napari_fsrcnn.training.config import TrainingConfig

BSD100 = "bsd100"
"""What ``--data`` calls it; anything else is a folder."""


def download(
    dataset: Annotated[Literal["bsd100"], typer.Argument(help="the data set")],
) -> None:
    """Fetch a data set; pictures that are there already, with the right SHA-256, are kept."""
    from napari_fsrcnn.datasets.bsd100 import SCALES, bsd100_file

    fetch(SCALES)
    folder = bsd100_file("image_SRF_2/img_001_SRF_2_HR.png").parents[1]
    say(f"{dataset}: all pictures for {', '.join(f'x{scale}' for scale in SCALES)} in {folder}")


def fetch(scales: Sequence[int]) -> None:
    """Fetch what is missing of BSD-100 for some scales, with a progress bar.

    Ctrl-C ends the program; the files that are whole by then stay.
    """
    from napari_fsrcnn.datasets.bsd100 import fetch_bsd100

    with _download("BSD-100, files") as (progress, stop):
        fetch_bsd100(scales, progress, stop)


def fetch_vgg(settings: TrainingConfig) -> None:
    """Fetch what the loss of a run needs, with a progress bar; Ctrl-C ends the program."""
    from napari_fsrcnn.training.vgg_download import fetch_for

    with _download("Weights of VGG, MB") as (progress, stop):
        fetch_for(settings, progress, stop)


@contextmanager
def _download(what: str) -> Iterator[tuple[Advance, Event]]:
    from napari_fsrcnn.datasets.download import DownloadStopped

    stop = Event()
    try:
        with progress_bar(what) as progress, stop_on_interrupt(stop), tell_of_stop(stop):
            yield progress, stop
    except DownloadStopped as stopped:
        typer.echo(str(stopped), err=True)
        raise typer.Exit(INTERRUPTED) from None
