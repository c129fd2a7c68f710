"""Ctrl-C as a request: what runs ends at the next step, with everything saved."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shells' convention: 128 and the number of SIGINT."""


@contextmanager
def stop_on_interrupt(stop: Event) -> Iterator[None]:
    """Let the first Ctrl-C within the block set `stop`; a second one interrupts as usual."""
    usual = signal.getsignal(signal.SIGINT)

    def ask(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
