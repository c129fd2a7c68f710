"""Telling that a file holds more than the one image that is used."""

from __future__ import annotations

from napari_fsrcnn.cli.console import warn


def warn_of_others(name: str, others: int, what_is_done: str) -> None:
    """Say it, where there are others, and what is done with the first."""
    if others:
        warn(f"{name} holds {others + 1} images; only the first is {what_is_done}.")
