"""Speed and memory of upscaling: this engine beside the same weights in other libraries.

    python benchmarks/speed.py [--sizes 256x256 ...] [--scales 2 3 4] [--archs fsrcnn srcnn-915]
                               [--threads 1 2] [--turns N] [--clock wall|process]

For each case every peer gets a process of its own, and they take turns; a time is the median of a
peer's turns. The peak memory is what the process takes beyond what it had when it was loaded. The
share is of the fastest float32 matrix product at hand, which takes turns with them, at the
multiply-adds that the papers count. A process that ends too early, for it needs more than ``--gib``
of memory or cannot run the network, has a row that says so, and what it said is on standard error.
``--clock process`` counts the processor's time instead, for a machine that is busy with other work;
its ratios stand, its rates do not. Needs the extra ``benchmarks``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Self

import torch
from speed_layers import load_network
from speed_peers import ENGINE, PEERS
from speed_turn import CLOCKS, MATRIX

from napari_fsrcnn.networks.cost import multiply_adds

SIZES = ["256x256", "640x360", "1920x1080", "4096x4096"]
TURN = Path(__file__).with_name("speed_turn.py")
PAUSE = 0.3
"""Seconds between two turns: the threads of some libraries keep a core busy after their own."""

MOST = 1e-3
"""Deviation from the plain network at which a peer computes something else."""


@dataclass(frozen=True)
class Case:
    """What is run: ``size`` is width x height of LR, as of screens."""

    architecture: str
    scale: int
    size: str
    threads: int

    @property
    def pixels(self) -> tuple[int, int]:
        """Height and width."""
        width, height = map(int, self.size.split("x"))
        return height, width


class Turns:
    """A peer's process."""

    def __init__(self, name: str, case: Case, gibibytes: int, clock: str) -> None:
        height, width = case.pixels
        numbers = (case.scale, height, width, case.threads, gibibytes)
        self._process = subprocess.Popen(
            [sys.executable, TURN, name, case.architecture, *map(str, numbers), clock],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OMP_NUM_THREADS": str(case.threads)},
            text=True,
        )
        self.seconds: list[float] = []
        self.mebibytes = 0.0
        self.failed = False
        self.ready = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self) -> None:
        """Take a turn."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        if not self.failed:
            with suppress(BrokenPipeError):  # it has ended, so that it gives no answer either
                print(file=self._process.stdin, flush=True)
            self.seconds.append(self._answer().get("seconds", 0.0))

    def end(self) -> None:
        """Ask for the peak memory."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdin = None
        if not self.failed:
            self.mebibytes = self._answer().get("mebibytes", 0.0)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        line = self._process.stdout.readline()
        self.failed = not line
        answer: dict[str, Any] = json.loads(line or "{}")
        return answer


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="WxH", help="of LR")
    parser.add_argument("--scales", nargs="+", type=int, default=[2, 3, 4])
    parser.add_argument("--archs", nargs="+", default=["fsrcnn", "srcnn-915"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, torch.get_num_threads()])
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--gib", type=int, default=4, help="memory that each process may take")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    options = parser.parse_args()
    peers = [ENGINE, *(name for name in options.peers if name != ENGINE)]
    print(heading(options.clock))
    for case in product(options.archs, options.scales, options.sizes, sorted(set(options.threads))):
        for row in measure(Case(*case), peers, options.turns, options.gib, options.clock):
            print(row, flush=True)
    return 0


def heading(clock: str) -> str:
    """Say what was measured where, and begin the table."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {load} before the start"
    columns = [
        "network",
        "LR",
        "threads",
        "library",
        "ms",
        "HR MPix/s",
        "times this engine",
        "peak MiB",
        "share of matrix product",
        "deviation",
    ]
    return "\n".join(
        [
            f"{datetime.now(UTC).date()}, {machine}, torch {torch.__version__}, clock: {clock}",
            "",
            f"| {' | '.join(columns)} |",
            "|---" * len(columns) + "|",
        ]
    )


def measure(case: Case, peers: Sequence[str], turns: int, gibibytes: int, clock: str) -> list[str]:
    """Let the peers take turns; return the rows of a case."""
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(Turns(name, case, gibibytes, clock))
            for name in (MATRIX, *peers)
        }
        for _ in range(turns):
            for each in running.values():
                time.sleep(PAUSE)
                each.run()
        for each in running.values():
            each.end()
    matrix = running.pop(MATRIX)
    rate = matrix.ready["work"] / statistics.median(matrix.seconds)
    ours = statistics.median(running[ENGINE].seconds)
    return [row(case, name, each, rate, ours) for name, each in running.items()]


def row(case: Case, name: str, turns: Turns, rate: float, ours: float) -> str:
    """Write a peer's row."""
    if turns.failed:
        network = f"{case.architecture} x{case.scale}"
        return f"| {network} | {case.size} | {case.threads} | {name} | did not finish |"
    seconds = statistics.median(turns.seconds)
    height, width = case.pixels
    work = multiply_adds(load_network(case.architecture, case.scale)) * height * width
    deviation = turns.ready["deviation"]
    cells = [
        f"{case.architecture} x{case.scale}",
        case.size,
        case.threads,
        name,
        f"{1000 * seconds:.0f}",
        f"{case.scale**2 * height * width / seconds / 1e6:.1f}",
        f"{seconds / ours:.2f}",
        f"{turns.mebibytes:.0f}",
        f"{work / seconds / rate:.0%}",
        f"{deviation:.0e}" + (" (computes something else)" if deviation > MOST else ""),
    ]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    raise SystemExit(main())
