"""The learning rate over a run."""

from __future__ import annotations

import math

from napari_fsrcnn.training.config import Schedule

WARM_UP = 0.1
START = 1 / 25
END = 1e-3


def learning_rate(schedule: Schedule, progress: float) -> float:
    """Learning rate as a part of the highest one, ``progress`` in [0, 1] into the schedule."""
    return one_cycle(progress) if schedule == "one-cycle" else 1.0


def one_cycle(progress: float) -> float:
    """Learning rate as a part of the highest one: half a cosine up, half a cosine down.

    A pure function of the progress, so a resumed run goes on exactly where it was.

    Parameters
    ----------
    progress : float
        Part of the schedule that is done, in [0, 1].

    References
    ----------
    Smith and Topin, "Super-convergence", arXiv 1708.07120.

    Examples
    --------
    >>> [round(one_cycle(progress), 3) for progress in (0, 0.1, 1)]
    [0.04, 1.0, 0.001]
    """
    if progress < WARM_UP:
        return _cosine(START, 1.0, progress / WARM_UP)
    return _cosine(1.0, END, (progress - WARM_UP) / (1 - WARM_UP))


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
