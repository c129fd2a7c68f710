"""The mean loss between two reports, and the limit above which a run has diverged."""

from __future__ import annotations

import math
import time

from torch import Tensor

EXPLODED = 100
"""Times the first loss that was reported: above that a run is past saving."""

LEAST = 1e-3
"""What the first loss counts for at least: a few flat patches may give next to none."""


ELSEWHERE = "In another process the loss exploded or was no longer a number"
"""Begins the sentence where this process has not seen it."""


class Diverged(ArithmeticError):
    """Raised when the loss explodes or is no longer a number; the message begins a sentence."""


class LossMeter:
    """Mean loss and rate since it was made; the sum stays on the device until it is read.

    Attributes
    ----------
    count : int
        Steps that were added.
    """

    def __init__(self) -> None:
        self._sum: Tensor | float = 0.0
        self.count = 0
        self._start = time.perf_counter()

    def add(self, loss: Tensor) -> None:
        """Count one step."""
        self._sum = self._sum + loss
        self.count += 1

    @property
    def value(self) -> float:
        """Mean loss of the steps that were added."""
        return float(self._sum) / self.count

    @property
    def seconds(self) -> float:
        """Time since the meter was made."""
        return time.perf_counter() - self._start

    @property
    def rate(self) -> float:
        """Losses added per second."""
        return self.count / self.seconds


class LossLimit:
    """Knows the first loss of a run, and so what is too high.

    Raises
    ------
    Diverged
        By its methods, where a value is not finite or the loss is above 100 times the first, and
        above 0.1.
    """

    def __init__(self) -> None:
        self._first: float | None = None

    def check(self, loss: float) -> None:
        """Let a loss pass if the run can go on."""
        if not math.isfinite(loss):
            raise Diverged("The loss was no longer a number")
        if self._first is None:
            self._first = max(loss, LEAST)
        if loss > EXPLODED * self._first:
            raise Diverged(f"The loss exploded, from {self._first:.4g} to {loss:.4g},")

    @staticmethod
    def check_psnr(psnr: float) -> None:
        """Let a PSNR in dB pass if it is a number."""
        if not math.isfinite(psnr):
            raise Diverged("The network's output was no longer a number")
