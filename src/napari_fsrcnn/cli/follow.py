"""A training run on the terminal: what it starts with, how it goes on, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from napari_fsrcnn.cli.console import progress_bar, say, show_table
from napari_fsrcnn.cli.interrupt import stop_on_interrupt, tell_of_stop
from napari_fsrcnn.image.gain import gain
from napari_fsrcnn.training.events import Finished, Noticed, Stepped, Validated
from napari_fsrcnn.training.run_folder import RunFolder

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from napari_fsrcnn.training.config import TrainingConfig
    from napari_fsrcnn.training.events import Event, Started


def follow(events: Iterator[Event], settings: TrainingConfig, stop: threading.Event) -> Finished:
    """Run a training to its end, or to Ctrl-C, which sets `stop`, and return how it ended."""
    with progress_bar("Reading the pictures"):
        started = cast("Started", next(events))
    _say_start(started, settings)
    last = min(settings.steps, started.step + (settings.stop_after or settings.steps))
    figures = ""
    with progress_bar("Training, steps") as progress, stop_on_interrupt(stop), tell_of_stop(stop):
        progress(started.step, last)
        for event in events:
            if isinstance(event, Stepped):
                progress(event.step, last, f"loss {event.loss:.4f}{figures}")
            elif isinstance(event, Validated):
                above = gain(event.psnr, event.bicubic_psnr)
                figures = f", {event.psnr:.2f} dB ({above:+z.2f} to bicubic)"
            elif isinstance(event, Noticed):
                say(event.text)
            elif isinstance(event, Finished):
                finished = event
    _report(finished, settings)
    return finished


def _say_start(started: Started, settings: TrainingConfig) -> None:
    since = f" from step {started.step:,}" if started.step else ""
    say(
        f"Training {settings.arch} x{settings.scale} on {started.device}{since}: "
        f"{_count(len(started.train), 'picture')}, {len(started.validation)} to validate on. "
        f"The run is kept in {settings.run_folder}"
    )


def _report(finished: Finished, settings: TrainingConfig) -> None:
    if finished.model is None:
        if finished.reason != "diverged":  # which has been said
            say("Stopped before the first step: nothing was learnt, so no model was written.")
        return
    psnr, bicubic = finished.psnr, finished.bicubic_psnr
    rows = [
        ["steps", f"{finished.step:,} of {settings.steps:,}"],
        ["validation PSNR", "not measured yet" if psnr is None else f"{psnr:.2f} dB"],
        ["bicubic", f"{bicubic:.2f} dB"],
    ]
    if psnr is not None:
        rows.append(["gain", f"{gain(psnr, bicubic):+z.2f} dB"])
    show_table(f"{settings.arch} x{settings.scale}", ["", ""], rows)
    assert settings.run_folder is not None  # noqa: S101 - the command asks for one
    say(f"Model: {settings.out or RunFolder(settings.run_folder).model}")
    say(f"Run: {settings.run_folder}")
    if finished.reason == "no-improvement":
        say(f"Ended: {settings.patience} validations in a row brought no higher PSNR.")
    if finished.reason == "stopped":
        say(f"To go on: napari-fsrcnn train --resume {settings.run_folder}")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
