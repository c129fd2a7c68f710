"""How long a run has been going on, and how long it will."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Counts the time of a run from a step on, pauses left out.

    Parameters
    ----------
    step : int
        Where it begins.
    clock : callable
        Seconds since whenever.

    Examples
    --------
    >>> now = 0.0
    >>> pace = Pace(100, lambda: now)
    >>> now = 10.0
    >>> pace.seconds_left(150, 400)
    50.0
    """

    def __init__(self, step: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first = step
        self._since: float | None = clock()
        self._before = 0.0

    @property
    def seconds(self) -> float:
        """Time that the run has taken."""
        return self._before + (0 if self._since is None else self._clock() - self._since)

    def pause(self) -> None:
        """Let the time stand still."""
        self._before, self._since = self.seconds, None

    def go_on(self) -> None:
        """Let the time go on, if it stands still."""
        if self._since is None:
            self._since = self._clock()

    def seconds_left(self, step: int, steps: int) -> float:
        """Expect the time from a step to the last one, validations and all; before any, nan."""
        done = step - self._first
        return (steps - step) * self.seconds / done if done else float("nan")


def duration(seconds: float) -> str:
    """Write a time as people do.

    Examples
    --------
    >>> duration(250.4), duration(59), duration(7325), duration(120)
    ('4 min 10 s', '59 s', '2 h 2 min', '2 min 0 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
