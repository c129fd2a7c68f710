"""How many of torch's threads compute what is asked for in a thread.

torch keeps a count for each thread that has asked for it; those that ask later get what was set last
in any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

_SETTING = threading.Lock()
"""Held while what was set last is meant for one thread."""


def count_threads() -> int:
    """Tell how many of torch's threads this one has; of a new one they are counted for good."""
    with _SETTING:
        return torch.get_num_threads()


def use_threads(count: int) -> None:
    """Let torch compute in so many threads what is computed in this one.

    What was set before is set again for others: or what begins meanwhile, such as a training, would
    have as few threads as this one for as long as it lasts.
    """
    with _SETTING:
        others = _in_a_new_thread(torch.get_num_threads)
        torch.set_num_threads(count)
        torch.get_num_threads()
        _in_a_new_thread(partial(torch.set_num_threads, others))


@contextmanager
def using_threads(count: int) -> Iterator[None]:
    """Let torch compute in so many threads what is computed in this one meanwhile."""
    before = count_threads()
    use_threads(count)
    try:
        yield
    finally:
        use_threads(before)


def _in_a_new_thread(call: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]
