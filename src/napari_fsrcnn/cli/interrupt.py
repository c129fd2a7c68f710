"""Ctrl-C as a request: what runs ends at the next step, with everything saved."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shells' convention: 128 and the number of SIGINT."""

# torchrun hands a Ctrl-C on to processes that the terminal has sent it to already.
_SAME_PRESS = 1.0  # seconds

_LOOK = 0.1  # seconds


@contextmanager
def stop_on_interrupt(stop: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C within the block set `stop`; a later one interrupts as usual."""
    usual = signal.getsignal(signal.SIGINT)
    pressed: float | None = None

    def ask(*_: object) -> None:
        nonlocal pressed
        if pressed is None:
            pressed = time.monotonic()
            stop.set()
        elif time.monotonic() - pressed > _SAME_PRESS:
            signal.signal(signal.SIGINT, usual)
            signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def tell_of_stop(stop: threading.Event) -> Iterator[None]:
    """Say it, where the block does not end soon after `stop` is set."""
    import typer  # the rest of this module is loaded before it, by `cli.main`

    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK):
            if stop.is_set():
                typer.echo("Stopping: what has begun is finished first.", err=True)
                return

    # Not the signal's handler, which may come while something else is being written.
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
