"""The curves of a run for TensorBoard, beside ``log.csv``."""

from __future__ import annotations

import math
from pathlib import Path

from tensorboardX import SummaryWriter


class Board:
    """Writes event files into a folder of the run.

    Parameters
    ----------
    folder : Path
    step : int
        Where the run goes on: what was written for later steps, before a resume, no longer counts.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=step + 1, flush_secs=1)

    def add(self, step: int, **values: float) -> None:
        """Add a value to each of the named curves, if it is one; it is on disk a second later."""
        for name, value in values.items():
            if not math.isnan(value):
                self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
