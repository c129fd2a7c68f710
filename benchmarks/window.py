"""A napari window under Xvfb, with settings of its own, in which a benchmark runs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

XVFB = ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24"]


def run_inside(file: str) -> int:
    """Run a benchmark's file once more, with ``--inside``, where it can open a window."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"NAPARI_CONFIG": f"{folder}/settings.yaml", "NAPARI_FSRCNN_CACHE": f"{folder}/cache"}
        command = [*XVFB, sys.executable, file, *sys.argv[1:], "--inside"]
        return subprocess.run(command, env=os.environ | own, check=False).returncode


def choices_of_scale(form: Any, scale: int) -> tuple[Any, ...]:
    """Choose a scale in the form and list its models."""
    form.scale.value = scale
    return tuple(form.model.choices)


def wait_until(done: Callable[[], bool], *, timeout: float = 300) -> None:
    """Let the window live until something is so."""
    from qtpy.QtWidgets import QApplication

    end = time.monotonic() + timeout
    while not done():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.monotonic() > end:
            raise RuntimeError("This took too long.")
