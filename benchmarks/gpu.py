"""Time of upscaling 1080p to 4K on a GPU: on the device, and from the picture to the result.

    python benchmarks/gpu.py [--model fsrcnn-x2] [--size 1920x1080] [--turns N]

The device time is that of the network on a picture that lies on the device, the median of the turns
by the device's own events; plain PyTorch is the same network with its ConvTranspose2d, in the same
precision, but that in float32 it lets cuDNN round to TF32, as PyTorch does unless it is told not to.
End to end is :func:`napari_fsrcnn.upscale` of a grey uint8 picture in the host's memory. The floor is
the larger of two times: LR read once and HR written once, at the rate of a copy on the device, and
the paper's multiply-adds at the rate of a matrix product in that precision (in float32 without TF32),
both measured in the same run. The deviation is that from single precision on the CPU, in levels of
255.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from napari_fsrcnn import upscale
from napari_fsrcnn.inference.prepared import CPU, DTYPES, Precision, prepare
from napari_fsrcnn.networks.cost import multiply_adds
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.weights.shipped import load_model

DEVICE = torch.device("cuda:0")
WARM_UPS = 3
MATRIX = 8192
COLUMNS = ["precision", "device ms", "plain PyTorch ms", "end to end ms", "floor ms", "deviation"]

Run = Callable[[], object]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default="fsrcnn-x2")
    parser.add_argument("--size", default="1920x1080", metavar="WxH", help="of LR")
    parser.add_argument("--turns", type=int, default=20)
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    name = torch.cuda.get_device_name(DEVICE)
    print(f"{options.model}, {width} x {height} LR pixels, {name}, torch {torch.__version__}\n")
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---" * len(COLUMNS) + "|")
    torch.set_grad_enabled(False)
    image = photograph(height, width)
    for precision in get_args(Precision):
        print(row(options.model, image, precision, options.turns), flush=True)
    return 0


def photograph(height: int, width: int) -> NDArray[np.uint8]:
    """Make a smooth picture with some noise."""
    random = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 1, height // 20, width // 20, generator=random)
    fine = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")
    fine += 0.02 * torch.randn(fine.shape, generator=random)
    image: NDArray[np.uint8] = (255 * fine[0, 0]).clamp(0, 255).byte().numpy()
    return image


def row(name: str, image: NDArray[np.uint8], precision: Precision, turns: int) -> str:
    """Measure one precision."""
    network, dtype = load_model(name).network, DTYPES[precision]
    exact = prepare(network, CPU)(torch.from_numpy(image)[None, None] / 255)
    lr = torch.from_numpy(image).to(DEVICE)[None, None] / 255
    ready = prepare(network, DEVICE, precision)
    deviation = 255 * float((ready(lr).cpu() - exact).abs().max())
    plain, given = as_module(load_model(name).network).to(DEVICE, dtype), lr.to(dtype)
    cells = [
        precision,
        f"{1000 * median(by_device, lambda: ready(lr), turns):.2f}",
        f"{1000 * median(by_device, lambda: plain(given), turns):.2f}",
        f"{1000 * median(by_clock, lambda: whole(image, name, precision), turns):.1f}",
        f"{1000 * floor(network, lr.shape[-2:], dtype, turns):.2f}",
        f"{deviation:.3f} of 255",
    ]
    return f"| {' | '.join(cells)} |"


def whole(image: NDArray[np.uint8], name: str, precision: Precision) -> None:
    """Go all the way from picture to picture."""
    upscale(image, name, rgb=False, value_range=(0, 255), device=str(DEVICE), precision=precision)


def floor(network: Network, shape: torch.Size, dtype: torch.dtype, turns: int) -> float:
    """Give the time below which the device can't do it."""
    pixels = shape[0] * shape[1]
    from_memory = torch.empty(2**28, dtype=torch.uint8, device=DEVICE)
    to_memory = torch.empty_like(from_memory)
    copying = median(by_device, lambda: to_memory.copy_(from_memory), turns) / (2 * 2**28)
    square = torch.rand(MATRIX, MATRIX, device=DEVICE).to(dtype)
    product = median(by_device, lambda: square @ square, turns) / MATRIX**3
    n_bytes = pixels * (1 + network.scale**2) * dtype.itemsize
    return max(n_bytes * copying, pixels * multiply_adds(network) * product)


def median(measure: Callable[[Run], float], run: Run, turns: int) -> float:
    """Give the median of what a clock measures, without the first turns."""
    return statistics.median([measure(run) for _ in range(WARM_UPS + turns)][WARM_UPS:])


def by_device(run: Run) -> float:
    """Time a run by the device's events, in seconds."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    run()
    end.record()
    end.synchronize()
    milliseconds: float = start.elapsed_time(end)
    return milliseconds / 1000


def by_clock(run: Run) -> float:
    """Time a run that ends on the host, in seconds."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
