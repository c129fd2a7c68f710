"""Steps and patches per second while training: this project against a plain loop.

    python benchmarks/training_speed.py [--device cpu] [--threads N] [--seconds S] [--batch N]
                                        [--patch N]

The plain loop is the usual one: a Dataset of patches in an HDF5 file (h5py), a DataLoader with
workers, FSRCNN(56,12,4) with a ConvTranspose2d, contiguous, Adam, MSE. This project's is the step
that the trainer takes, with all that belongs to it: patches drawn and turned, levels varied,
SOAP, the moving average. Scale, batch, patch and threads are the same, the pictures
are noise, and the loops take turns of a second, so that what else the machine does falls on all.
On a GPU the table also says for which part of the time nothing ran there, and has a row for pictures
that stay on the host, as those do that are too large for the device. Ends with exit code 1 if a ratio
of the medians is below what is asked for. Needs the extra ``benchmarks``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from extra import needed_by
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.data import DataLoader, Dataset

from napari_fsrcnn.datasets import flat
from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.networks.device import describe_device, resolve_device
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.processes import start_fabric
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.training.step import Step

with needed_by("The plain loop"):
    import h5py

SCALE = 3
TURN = 1.0
"""Seconds for which one loop runs before the next one does."""

PLAIN = "plain loop, float32"
ASKED = {"this project, float32": 1.8, "this project, bf16 and compiled": 3.5}
"""Times the plain loop's patches per second, the least that is asked for."""

Loop = Callable[[], object]
"""Takes one step."""


class PlainFSRCNN(nn.Sequential):
    """FSRCNN(56,12,4) as it is usually written."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        for channels, maps, kernel in [(1, 56, 5), (56, 12, 1), *[(12, 12, 3)] * 4, (12, 56, 1)]:
            layers += [nn.Conv2d(channels, maps, kernel, padding=kernel // 2), nn.PReLU(maps)]
        tail = nn.ConvTranspose2d(56, 1, 9, stride=SCALE, padding=4, output_padding=SCALE - 1)
        super().__init__(*layers, tail)


class PatchFile(Dataset[tuple[Tensor, Tensor]]):
    """Patches in an HDF5 file that is opened for each of them, as workers need it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with h5py.File(path) as file:
            self.count = len(file["lr"])

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        with h5py.File(self.path) as file:
            lr, hr = file["lr"][index], file["hr"][index]
        return torch.from_numpy(lr)[None], torch.from_numpy(hr)[None]


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=int, default=30, help="for each loop")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--patch", type=int, default=24, help="LR pixels")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    config = TrainingConfig(
        scale=SCALE, batch=options.batch, patch=options.patch, device=options.device
    )
    with tempfile.TemporaryDirectory() as folder:
        loops: dict[str, Loop] = {
            PLAIN: plain_loop(Path(folder, "patches.h5"), config),
            "this project, float32": project_loop(config),
            "this project, bf16": project_loop(config, precision="bf16"),
            "this project, bf16 and compiled": project_loop(config, precision="bf16", compile=True),
        }
        if on_a_gpu(config):
            with mock.patch.object(flat, "SHARE", 0.0):
                loops["this project, float32, pictures on the host"] = project_loop(config)
        rates = measure(loops, options.seconds, wait_for(resolve_device(config.device)))
        busy = {name: busy_seconds(loop) for name, loop in loops.items() if on_a_gpu(config)}
    return report(rates, busy, config, options.threads)


def on_a_gpu(config: TrainingConfig) -> bool:
    """Say whether the loops run on a GPU."""
    return resolve_device(config.device).type == "cuda"


def wait_for(device: torch.device) -> Callable[[], object]:
    """Make the function that waits until a device has done what it was given."""
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    return lambda: None


def busy_seconds(loop: Loop) -> float:
    """Give the time that a GPU works for a step, copies counted in."""
    steps = 50
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        for _ in range(steps):
            loop()
        torch.cuda.synchronize()
    busy: float = sum(event.self_device_time_total for event in profiler.key_averages())
    return busy / 1e6 / steps


def plain_loop(path: Path, config: TrainingConfig) -> Loop:
    """Write the patches, and make the step of the usual loop."""
    random = np.random.default_rng(0)
    patch, count = config.patch, 200 * config.batch
    with h5py.File(path, "w") as file:
        file["lr"] = random.random((count, patch, patch), np.float32)
        file["hr"] = random.random((count, SCALE * patch, SCALE * patch), np.float32)
    loader = DataLoader(
        PatchFile(path),
        config.batch,
        shuffle=True,
        drop_last=True,
        num_workers=min(2, os.cpu_count() or 1),
        persistent_workers=True,
    )
    device = resolve_device(config.device)
    network, loss = PlainFSRCNN().to(device), nn.MSELoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    batches = epochs(loader)

    def step() -> None:
        lr, hr = (patches.to(device) for patches in next(batches))
        optimizer.zero_grad()
        loss(network(lr), hr).backward()
        optimizer.step()

    return step


def epochs(loader: DataLoader[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    """Give batches without end."""
    while True:
        yield from loader


def project_loop(config: TrainingConfig, **changes: object) -> Loop:
    """Make this project's step, on pictures of the size of BSD-100's."""
    config = config.model_copy(update=changes)
    random = np.random.default_rng(0)
    pairs = [
        LumaPair(
            str(index),
            random.random((107, 160), np.float32),
            random.random((107 * SCALE, 160 * SCALE), np.float32),
            whole_levels=True,
        )
        for index in range(100)
    ]
    fabric = start_fabric(resolve_device(config.device), config.precision)
    state = TrainingState(config, fabric.device)
    return Step(config, state, pairs, fabric)


def measure(
    loops: dict[str, Loop], seconds: float, wait: Callable[[], object]
) -> dict[str, list[float]]:
    """Let the loops take turns; return the steps per second of every turn."""
    for loop in loops.values():
        for _ in range(5):  # compiles, and starts the workers
            loop()
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(max(1, round(seconds / TURN))):
        for name, loop in loops.items():
            wait()
            steps, start = 0, time.perf_counter()
            while time.perf_counter() - start < TURN:
                loop()
                steps += 1
            wait()
            rates[name].append(steps / (time.perf_counter() - start))
    return rates


def report(
    rates: dict[str, list[float]], busy: dict[str, float], config: TrainingConfig, threads: int
) -> int:
    """Print the table; return 1 if a ratio is too low."""
    print(
        f"FSRCNN(56,12,4) x{SCALE}, {config.batch} patches of {config.patch} x {config.patch} LR "
        f"pixels, {describe_device(resolve_device(config.device))}, {threads} thread(s), torch "
        f"{torch.__version__}\n"
    )
    print("| loop | steps/s | patches/s | times the plain loop | asked for | device idle |")
    print("|---|---|---|---|---|---|")
    missed = False
    plain = statistics.median(rates[PLAIN])
    for name, turns in rates.items():
        rate = statistics.median(turns)
        asked = ASKED.get(name)
        idle = f"{max(0.0, 1 - rate * busy[name]):.0%}" if name in busy else "-"
        missed |= asked is not None and rate / plain < asked
        print(
            f"| {name} | {rate:.1f} | {rate * config.batch:.0f} | {rate / plain:.2f} | "
            f"{asked or '-'} | {idle} |"
        )
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
