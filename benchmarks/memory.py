"""Peak memory and cost of upscaling into OME-Zarr against the size of the picture.

    python benchmarks/memory.py [--sides N N ...] [--source tif|zarr] [--model NAME] [--folder PATH]

Each picture is the project's resolution chart, tiled to a square of uint8 of the given side. A
process of its own loads all that is needed by upscaling a small picture, notes what memory it
holds, and upscales the large one. Ends with exit code 1 if a peak is more than a gigabyte above
the loaded program.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import tifffile
from numpy.typing import NDArray

import napari_fsrcnn
from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.ome_zarr_pyramid import create_pyramid, open_levels

CHART = Path(napari_fsrcnn.__file__).parent / "widgets" / "samples" / "resolution_chart.png"
SIDES = (8_000, 12_000, 20_000, 40_000)
"""LR pixels; at x2 they make 256 MPix to 6.4 GPix."""

LIMIT = 1e9
"""Bytes above the loaded program."""

_BAND = 512
_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sides", type=int, nargs="+", default=SIDES, help="LR pixels")
    parser.add_argument("--source", choices=["tif", "zarr"], default="tif")
    parser.add_argument("--model", default="fsrcnn-x2")
    parser.add_argument("--folder", type=Path, help="for the pictures; by default a temporary one")
    parser.add_argument("--run", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(measure(options.run[0], options.run[1], options.model)))
        return 0
    print("| LR | HR, MPix | loaded, MB | peak above it, MB | seconds | CPU seconds per HR GPix |")
    print("|---|---|---|---|---|---|")
    peaks = []
    for side in options.sides:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            source = Path(folder, f"chart.{options.source}")
            write_chart(source, side)
            words = ["--run", source, Path(folder, "large.zarr"), "--model", options.model]
            ended = subprocess.run(
                [sys.executable, __file__, *words], check=True, capture_output=True, text=True
            )
        found = json.loads(ended.stdout)
        pixels = side**2 * found["scale"] ** 2
        peaks.append(found["peak"] - found["loaded"])
        print(
            f"| {side} x {side} | {pixels / 1e6:.0f} | {found['loaded'] / 1e6:.0f} | "
            f"{peaks[-1] / 1e6:.0f} | {found['seconds']:.0f} | "
            f"{found['cpu'] / pixels * 1e9:.0f} |",
            flush=True,
        )
    return int(max(peaks) > LIMIT)


def write_chart(path: Path, side: int) -> None:
    """Write the tiled chart in bands, as an uncompressed TIFF or as OME-Zarr."""
    chart = iio.imread(CHART)
    chart = chart if chart.ndim == 2 else chart[..., 0]
    if path.suffix == ".tif":
        tifffile.memmap(path, shape=(side, side), dtype=np.uint8, bigtiff=True)
    else:
        axes = [named_axis(name) for name in "yx"]
        chunks = (_BAND, _BAND)
        create_pyramid(path, [(side, side)], chunks, chart.dtype, axes, name="chart", attributes={})
    for start in range(0, side, _BAND):
        rows = np.arange(start, min(start + _BAND, side)) % chart.shape[0]
        # Mapped anew for each band: the peak of this process would count as that of the next one.
        target: Any = tifffile.memmap(path) if path.suffix == ".tif" else open_levels(path)[0]
        target[start : start + len(rows)] = _wide(chart[rows], side)


def _wide(rows: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.tile(rows, -(-side // rows.shape[1]))[:, :side]


def measure(source: Path, target: Path, model: str) -> dict[str, float]:
    """Upscale in this process; return bytes of memory, seconds, and the model's scale."""
    import psutil

    from napari_fsrcnn.inference.stream import upscale_to_zarr
    from napari_fsrcnn.weights.shipped import load_model

    small = source.with_name("small.tif")
    tifffile.imwrite(small, np.zeros((64, 64), np.uint8))
    loaded_model = load_model(model)
    upscale_to_zarr(small, target.with_name("small.zarr"), loaded_model, device="cpu")
    loaded = psutil.Process().memory_info().rss
    start, cpu = time.perf_counter(), time.process_time()
    upscale_to_zarr(source, target, loaded_model, device="cpu")
    return {
        "scale": loaded_model.scale,
        "loaded": loaded,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
    }


if __name__ == "__main__":
    raise SystemExit(main())
