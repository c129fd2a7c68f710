"""What a thread tells the window, whatever its work is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 0.1
"""Between two reports: a window can't show more."""


@dataclass(frozen=True)
class Advanced:
    """Parts of the work that are done, of all."""

    done: int
    total: int


@dataclass(frozen=True)
class Fetched(Advanced):
    """What of a download is there, in units of it."""

    what: str
    unit: str


@dataclass(frozen=True)
class Noticed:
    """Something that the user should know, though the work goes on."""

    sentence: str


class JobFailed(Exception):
    """The work broke off through no mistake in the program; the message says what to do.

    A RuntimeError, as torch raises it, would be lost in the thread's worker.
    """


def broke_off(what: str, error: RuntimeError) -> JobFailed:
    """Say what broke off on the chosen device, and what to do."""
    return JobFailed(
        f"{what} broke off on this device ({error}). If its memory is full, choose another device."
    )


def reporting(
    report: Callable[[Advanced], None], event: Callable[[int, int], Advanced] = Advanced
) -> Callable[[int, int], None]:
    """Make a ``progress(done, total)`` that reports ten times a second, and the end in any case."""
    last = float("-inf")

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS or done == total:
            last = now
            report(event(done, total))

    return progress
