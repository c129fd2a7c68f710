"""What *Train* says about a run, in words."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

from napari_fsrcnn.image.gain import gain
from napari_fsrcnn.training.events import Finished, Stepped
from napari_fsrcnn.widgets.pace import duration

LINK_COLOUR = "#3f83c4"
"""Readable on napari's dark and on its light background."""

_LOSSES = {
    "l1-mse": "L1, then MSE",
    "charbonnier": "Charbonnier",
    "mse-perceptual": "MSE, perceptual",
}

_ENDS = {
    "done": "{steps} done in {time}",
    "stopped": "Stopped after {steps}, {time}",
    "no-improvement": "PSNR rose no more, so this ended after {steps}, {time}",
    "diverged": "The loss exploded after {steps}, {time}; the best weights before are kept",
}

_ADVICE = {"diverged": " A lower learning rate may help."}


def loss_name(loss: str) -> str:
    """Write a loss as people do.

    Examples
    --------
    >>> loss_name("l1"), loss_name("l1-mse")
    ('L1', 'L1, then MSE')
    """
    return _LOSSES.get(loss, loss.upper())


def progress_text(stepped: Stepped, steps: int, device: str, seconds_left: float) -> str:
    r"""Say how far a run of so many steps is.

    Examples
    --------
    >>> progress_text(Stepped(240, 0.02134, 61.3), 2000, "CPU (2 threads)", 29.0)
    'Step 240 of 2,000, 61 steps/s, 29 s left\nloss 0.0213, on CPU (2 threads)'
    """
    rate = stepped.steps_per_second
    left = "" if math.isnan(seconds_left) else f", {duration(seconds_left)} left"
    return (
        f"Step {stepped.step:,} of {steps:,}, {rate:.{0 if rate >= 10 else 1}f} steps/s{left}\n"
        f"loss {stepped.loss:.3g}, on {device}"
    )


def summary_text(finished: Finished, n_validation: int, run: Path | None, seconds: float) -> str:
    """Say how a run ended and why, with a link to its folder.

    Parameters
    ----------
    finished : Finished
    n_validation : int
        Pictures that its PSNR was measured on.
    run : Path, optional
        The run's folder, absolute.
    seconds : float
        How long it took.

    Examples
    --------
    >>> end = Finished(400, "stopped", 31.254, 30.0, object())
    >>> summary_text(end, 10, Path("/runs/fsrcnn-x2"), 61).partition(" Saved")[0]
    'Stopped after 400 steps, 1 min 1 s: 31.25 dB on 10 validation pictures, 1.25 dB above \
bicubic (30.00 dB).'
    """
    advice = _ADVICE.get(finished.reason, "")
    if finished.model is None and finished.reason == "diverged":
        return f"The loss exploded before any step was validated: there is no model.{advice}"
    if finished.model is None:
        return "Stopped before the first step: nothing was learnt."
    steps = f"{finished.step:,} {_plural('step', finished.step)}"
    ended = _ENDS[finished.reason].format(steps=steps, time=duration(seconds))
    saved = f" Saved in {link(run)}." if run is not None else ""
    return f"{ended}: {_figures(finished, n_validation)}.{advice}{saved}"


def link(path: Path) -> str:
    """Name a file or folder by its last part, so that a click opens it.

    Examples
    --------
    >>> link(Path("/runs/a&b"))
    '<a href="file:///runs/a%26b" style="color: #3f83c4">a&amp;b</a>'
    """
    return f'<a href="{path.as_uri()}" style="color: {LINK_COLOUR}">{escape(path.name)}</a>'


def _figures(finished: Finished, n_validation: int) -> str:
    if finished.psnr is None:
        return "not validated yet, the last weights are kept"
    above = gain(finished.psnr, finished.bicubic_psnr)
    return (
        f"{finished.psnr:.2f} dB on {n_validation} validation {_plural('picture', n_validation)}, "
        f"{abs(above):.2f} dB {'above' if round(above, 2) >= 0 else 'below'} bicubic "
        f"({finished.bicubic_psnr:.2f} dB)"
    )


def _plural(word: str, n: int) -> str:
    return word if n == 1 else f"{word}s"
