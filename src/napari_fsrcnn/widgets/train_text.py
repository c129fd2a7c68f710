"""What *Train* says about a run, in words."""

from __future__ import annotations

from html import escape
from pathlib import Path

from napari_fsrcnn.training.events import Finished, Stepped

LINK_COLOUR = "#3f83c4"
"""Readable on napari's dark and on its light background."""

_LOSSES = {"l1-mse": "L1, then MSE"}


def loss_name(loss: str) -> str:
    """Write a loss as people do.

    Examples
    --------
    >>> loss_name("l1"), loss_name("l1-mse")
    ('L1', 'L1, then MSE')
    """
    return _LOSSES.get(loss, loss.upper())


def progress_text(stepped: Stepped, steps: int, device: str) -> str:
    r"""Say how far a run of so many steps is.

    Examples
    --------
    >>> progress_text(Stepped(240, 0.02, 61.3), 2000, "CPU (2 threads)")
    'Step 240 of 2,000, 61 steps/s\non CPU (2 threads)'
    """
    rate = stepped.steps_per_second
    digits = 0 if rate >= 10 else 1
    return f"Step {stepped.step:,} of {steps:,}, {rate:.{digits}f} steps/s\non {device}"


def summary_text(finished: Finished, n_validation: int, run: Path | None) -> str:
    """Say how a run ended, with a link to its folder.

    Parameters
    ----------
    finished : Finished
    n_validation : int
        Pictures that its PSNR was measured on.
    run : Path, optional
        The run's folder, absolute.

    Examples
    --------
    >>> end = Finished(400, True, 31.254, 30.0, object())
    >>> summary_text(end, 10, Path("/runs/fsrcnn-x2")).partition(" Saved")[0]
    'Stopped after 400 steps: 31.25 dB on 10 validation pictures, 1.25 dB above bicubic.'
    """
    if finished.model is None:
        return "Stopped before the first step: nothing was learnt."
    steps = f"{finished.step:,} {_plural('step', finished.step)}"
    ended = f"Stopped after {steps}" if finished.stopped else f"{steps} done"
    saved = f" Saved in {link(run)}." if run is not None else ""
    return f"{ended}: {_figures(finished, n_validation)}.{saved}"


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
    gain = finished.psnr - finished.bicubic_psnr
    return (
        f"{finished.psnr:.2f} dB on {n_validation} validation {_plural('picture', n_validation)}, "
        f"{abs(gain):.2f} dB {'above' if gain >= 0 else 'below'} bicubic"
    )


def _plural(word: str, n: int) -> str:
    return word if n == 1 else f"{word}s"
