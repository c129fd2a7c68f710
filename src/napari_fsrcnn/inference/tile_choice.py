"""The size of tile that is fastest here, found once by trying and kept."""

from __future__ import annotations

import json
import math
import os
import platform
import re
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs
import torch

from napari_fsrcnn.files.atomic import atomic_path
from napari_fsrcnn.inference.edges import INSIDE
from napari_fsrcnn.inference.prepared import Prepared
from napari_fsrcnn.networks.out_of_memory import is_out_of_memory
from napari_fsrcnn.networks.threads import using_threads

Size = tuple[int, int]

OVERRIDE = "NAPARI_FSRCNN_TILE"

_WORTH_A_TRIAL = 2**20  # LR pixels
_USUAL = 2**21
"""Values of the largest maps of a tile: good on most processors, whose cache they should fit."""
_TRIED_ON_THE_CPU = [2**exponent for exponent in range(18, 23)]
_TRIED_ON_OTHERS = [2**exponent for exponent in range(22, 28, 2)]
_LONGEST = 0.3  # seconds for a tile: a longer one would keep Stop waiting
_TURNS = 5
_KEEPING = threading.Lock()
_AT_ONCE = 2**26
"""Values of the largest maps, on other devices than the CPU: small planes are one tile there, so that
a stack of them is calls of one kind."""


def choose_tile(network: Prepared, shape: Size) -> Size:
    """Choose the size of tile for a plane.

    It is what the environment variable ``NAPARI_FSRCNN_TILE`` says (``128x256``), else what was
    found before on this machine for this network, device and precision. For a large plane sizes
    are tried where none was found yet, which takes a second or so, and the result is kept in the
    user's cache folder: for all planes, and for blocks of a large one, which are small themselves.

    Parameters
    ----------
    network : Prepared
    shape : tuple of two int
        Y and X of the plane, LR.

    Raises
    ------
    ValueError
        If the environment variable is no size.
    """
    asked = os.environ.get(OVERRIDE)
    if asked:
        return _parse(asked)
    key = _key(network)
    found = _kept().get(key)
    if found is None:
        if shape[0] * shape[1] < _WORTH_A_TRIAL:
            return tile_of(network, _USUAL if network.device.type == "cpu" else _AT_ONCE)
        with using_threads(1):  # as a tile has where many are run
            found = try_tiles(network)
        _keep(key, found)
    return found


def tile_of(network: Prepared, values: int) -> Size:
    """Give a tile, twice as wide as high, whose largest maps have about so many values."""
    # Multiples of 4, for last layers compute blocks of up to 4 pixels.
    quarter = max(1, round(math.sqrt(values / (2 * network.maps)) / 4))
    return 4 * quarter, 8 * quarter


def tiles_at_once(network: Prepared, tile: Size) -> int:
    """How many tiles make a batch: one on the CPU, whose cache they should not have to share."""
    if network.device.type == "cpu":
        return 1
    return max(1, _AT_ONCE // (tile[0] * tile[1] * network.maps))


@torch.inference_mode()
def try_tiles(network: Prepared) -> Size:
    """Run tiles of several sizes, from the middle of a picture, and return the fastest per pixel."""
    tried = _TRIED_ON_THE_CPU if network.device.type == "cpu" else _TRIED_ON_OTHERS
    sizes = [tile_of(network, values) for values in tried]
    shortest: dict[Size, float] = {}  # seconds for a tile
    # In turns, so that what else the machine does for a while falls on all sizes alike.
    for _ in range(_TURNS):
        for size in sizes:
            try:
                seconds = _seconds(network, size)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                sizes = sizes[: sizes.index(size)]
                break
            shortest[size] = min(seconds, shortest.get(size, seconds))
            if shortest[size] > _LONGEST:
                break
    return min(
        shortest,
        key=lambda size: shortest[size] / math.prod(size),
        default=tile_of(network, tried[0]),
    )


def _seconds(network: Prepared, size: Size) -> float:
    """Time a tile, until its result is on the host."""
    height, width = (length + 2 * network.halo for length in size)
    lr = torch.zeros(tiles_at_once(network, size), 1, height, width)
    start = time.perf_counter()
    network(lr, INSIDE).cpu()
    return (time.perf_counter() - start) / len(lr)


def _parse(asked: str) -> Size:
    found = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", asked)
    if found is None:
        raise ValueError(f"{OVERRIDE} must be a size in LR pixels such as 128x256, not {asked!r}.")
    return int(found[1]), int(found[2])


def _key(network: Prepared) -> str:
    """Name what the fastest size depends on."""
    device = network.device
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
    machine = (platform.node(), platform.machine(), where)
    what = (json.dumps(dict(network.hyperparameters), sort_keys=True), f"x{network.scale}")
    return ", ".join((*machine, f"torch {torch.__version__}", *what, network.precision))


def _file() -> Path:
    own = os.environ.get("NAPARI_FSRCNN_CACHE")
    return Path(own or platformdirs.user_cache_dir("napari-fsrcnn"), "tiles.json")


def _kept() -> dict[str, Size]:
    return _read(_file())


@cache
def _read(path: Path) -> dict[str, Size]:
    """Read the sizes found so far; none where the file is missing or damaged."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        known = json.loads(path.read_text(encoding="utf-8"))
        return {key: (int(height), int(width)) for key, (height, width) in known.items()}
    return {}


def _keep(key: str, size: Size) -> None:
    """Remember a size, also in the file if it can be written."""
    path = _file()
    with _KEEPING, suppress(OSError):
        found_here = _read(path)
        _read.cache_clear()
        # Other processes may have found some meanwhile.
        known = _read(path)
        known.update({**found_here, key: size})
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
