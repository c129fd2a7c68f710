"""What the user chose under napari's Preferences for this plugin."""

from __future__ import annotations

import os
from typing import Any

from napari.settings import get_plugin_settings

CACHE_VARIABLE = "NAPARI_FSRCNN_CACHE"

_BUILT_IN: dict[str, Any] = {
    "device": "auto",
    "model": "fsrcnn-x2",
    "cache": "",
    "lazy_above": 16,
    "lazy_memory": 1000,
}
_set_here: set[str] = set()


def preferred(name: str) -> str:
    """Look up ``device``, ``model`` or ``cache``; the last is empty for the user's cache folder.

    Examples
    --------
    >>> preferred("no such thing")
    Traceback (most recent call last):
    ...
    KeyError: 'no such thing'
    """
    return str(_preferences()[name])


def preferred_number(name: str) -> int:
    """Look up ``lazy_above`` (megapixels) or ``lazy_memory`` (megabytes)."""
    return int(_preferences()[name])


def _preferences() -> dict[str, Any]:
    try:
        settings: Any = get_plugin_settings("napari-fsrcnn")
    except KeyError:  # the plugin is used, but napari does not know it, or has it disabled
        return _BUILT_IN
    return {name: getattr(settings.defaults, name) for name in _BUILT_IN}


def use_preferred_cache() -> None:
    """Let downloads go where the user wants them; an environment variable of theirs comes first."""
    theirs = os.environ.get(CACHE_VARIABLE)
    if theirs and theirs not in _set_here:
        return
    if folder := preferred("cache"):
        _set_here.add(folder)
        os.environ[CACHE_VARIABLE] = folder
    elif theirs:
        del os.environ[CACHE_VARIABLE]
