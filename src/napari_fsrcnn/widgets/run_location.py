"""Where the runs that are started in the viewer lie."""

from __future__ import annotations

import os
from datetime import datetime
from itertools import count
from pathlib import Path

from platformdirs import user_data_path


def new_run_folder(arch: str, scale: int) -> Path:
    """Name a folder for a run, which does not exist yet and is not made here.

    It lies in ``$NAPARI_FSRCNN_RUNS``, by default in ``runs`` in the user's data folder.

    Examples
    --------
    >>> new_run_folder("fsrcnn", 3).name.rpartition("-x3-")[0]
    'fsrcnn'
    """
    own = os.environ.get("NAPARI_FSRCNN_RUNS")
    parent = (
        Path(own).absolute() if own else user_data_path("napari-fsrcnn", appauthor=False) / "runs"
    )
    name = f"{arch}-x{scale}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(path for path in (parent / name for name in names) if not path.exists())
