"""Memory does not grow with the picture, as the benchmark of memory measures it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[2] / "benchmarks" / "memory.py"


def peak(folder: Path, side: int, source: str) -> int:
    """Return the bytes at the peak above the loaded program, for so many LR pixels a side."""
    from memory import write_chart

    folder.mkdir()
    write_chart(folder / source, side)
    words = ["--model", "fsrcnn-s-x2", "--run", folder / source, folder / "large.zarr"]
    run = subprocess.run(
        [sys.executable, COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    found = json.loads(run.stdout)
    return int(found["peak"] - found["loaded"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process's peak")
@pytest.mark.parametrize("source", ["chart.tif", "chart.zarr"])
def test_four_times_the_picture_takes_no_more_memory(tmp_path: Path, source: str) -> None:
    small, large = (peak(tmp_path / f"{side}", side, source) for side in (2048, 4096))
    # The picture and its result are 63 MB larger.
    assert large - small < 30e6
    assert large < 1e9
