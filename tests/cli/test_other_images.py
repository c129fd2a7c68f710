"""A file of several images is not taken for the first of them without a word."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def positions(tmp_path: Path) -> Path:
    path = tmp_path / "multi.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as file:
        for brightest in (200, 100, 50):
            image = np.random.default_rng(0).integers(0, brightest, (2, 40, 50), np.uint8)
            file.write(image, photometric="minisblack")
    return path


@pytest.mark.parametrize("target", ["b.ome.tif", "b.zarr"])
def test_upscale(command: Run, trained: Path, positions: Path, target: str) -> None:
    out = positions.with_name(target)
    ended = command("upscale", positions, out, "--model", trained, "--device", "cpu")
    assert ended.returncode == 0
    assert ended.stderr == "multi.ome.tif holds 3 images; only the first is upscaled.\n"
    assert f"{out}: 100 x 80 pixels" in ended.stdout


def test_selftest(command: Run, positions: Path) -> None:
    ended = command("selftest", positions, "--scale", 2, "--device", "cpu")
    assert ended.returncode == 0
    assert ended.stderr == "multi.ome.tif holds 3 images; only the first is measured.\n"
