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


@contextmanager
def stop_on_interrupt(stop: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C within the block set `stop`, and say so; a later one interrupts as usual."""
    usual = signal.getsignal(signal.SIGINT)
    pressed: float | None = None
    leave = threading.Event()

    def tell() -> None:
        import typer  # this module is loaded before it

        leave.wait()
        if pressed is not None:
            typer.echo("Stopping: what has begun is finished first.", err=True)

    # Not in the handler itself, which may come while something else is being written.
    teller = threading.Thread(target=tell, daemon=True)

    def ask(*_: object) -> None:
        nonlocal pressed
        if pressed is None:
            pressed = time.monotonic()
            stop.set()
            leave.set()
        elif time.monotonic() - pressed > _SAME_PRESS:
            signal.signal(signal.SIGINT, usual)
            signal.raise_signal(signal.SIGINT)

    teller.start()
    signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        leave.set()
        teller.join()
