"""One peer in a process of its own, which runs a picture each time that it is told to.

    python benchmarks/speed_turn.py PEER ARCHITECTURE SCALE HEIGHT WIDTH THREADS GIB CLOCK

Prints a JSON line when it is ready, with its deviation from the plain network inside the halo, one
with its seconds for each line that it reads, and one with its peak memory at the end. A process of
its own for each gives each its own memory to be measured by; as they take turns, what else the
machine does falls on all. It may take so many GiB beyond what it has when it is loaded (where the
system can limit that, Linux): some would take all that the machine has, and others' with it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from speed_layers import load_network
from speed_peers import PEERS, matrix_product, plain_pytorch

MATRIX = "matrix product"
CLOCKS = {"wall": time.perf_counter, "process": time.process_time}

_CHECKED = (64, 80)  # LR pixels


def main() -> int:
    """Take turns until the input ends."""
    name, architecture, *numbers, clock = sys.argv[1:]
    scale, height, width, threads, gibibytes = map(int, numbers)
    limit_memory(gibibytes)
    torch.set_grad_enabled(False)
    if name == MATRIX:
        run, work = matrix_product(threads)
        ready = {"work": work}
    else:
        run, ready = _peer(name, architecture, scale, (height, width), threads)
    before = _peak()
    run()
    print(json.dumps(ready), flush=True)
    seconds = CLOCKS[clock]
    for _ in sys.stdin:
        start = seconds()
        run()
        print(json.dumps({"seconds": seconds() - start}), flush=True)
    print(json.dumps({"mebibytes": _peak() - before}), flush=True)
    return 0


def limit_memory(gibibytes: int) -> None:
    """Let this process allocate so much more than it has; then its allocations fail."""
    status = Path("/proc/self/status")
    if not status.exists():
        return
    has = next(line for line in status.read_text().splitlines() if line.startswith("VmData"))
    limit = int(has.split()[1]) * 2**10 + gibibytes * 2**30
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _peer(
    name: str, architecture: str, scale: int, shape: tuple[int, int], threads: int
) -> tuple[Callable[[], Any], dict[str, Any]]:
    network = load_network(architecture, scale)
    random = np.random.default_rng(0)
    small = random.random(_CHECKED, np.float32)
    expected = plain_pytorch(network, _CHECKED, threads)(small)
    found = PEERS[name](network, _CHECKED, threads)(small)
    border = scale * network.halo
    inside = (slice(border, -border), slice(border, -border))
    deviation = float(np.abs(found - expected)[inside].max())
    lr = random.random(shape, np.float32)
    peer = PEERS[name](network, shape, threads)
    return lambda: peer(lr), {"deviation": deviation}


def _peak() -> float:
    """Give this process' peak memory so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    raise SystemExit(main())
