"""Time that training FSRCNN(56,12,4) from nothing takes to given gains over bicubic.

    python benchmarks/time_to_quality.py [--minutes M] [--plain-minutes P] [--gains G ...]
                                         [--device cpu] [--threads N] [--save FOLDER]

Trains x3 with the preset ``fast`` on T91 and BSDS500's training pictures for ``--minutes``, and
the plain loop of ``training_speed.py`` on patches of the same pictures for ``--plain-minutes``: by
default a sixth of the plain loop's 15. Both are measured in dB over bicubic on the same validation
pictures, a twentieth of each set; the time is that of training, without reading and without
measuring. ``fast`` is one schedule that ends with the time, so it is given the number of steps that
this machine takes in it. Ends with exit code 1 if ``fast`` does not reach what the plain loop does.
With ``--plain-minutes 0`` the plain loop is left out. The checkpoints that ``--save`` keeps can be
measured elsewhere, for nothing is chosen by other pictures. Needs the extra ``benchmarks``.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from extra import needed_by
from torch import nn
from torch.utils.data import DataLoader
from training_speed import PatchFile, PlainFSRCNN, epochs, wait_for

from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.networks.fsrcnn import FSRCNN
from napari_fsrcnn.networks.network import as_module, freeze
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import TrainingData, prepare_data
from napari_fsrcnn.training.presets import apply_preset
from napari_fsrcnn.training.processes import start_fabric
from napari_fsrcnn.training.record import trained_model
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.training.step import Step
from napari_fsrcnn.training.validation import Validator
from napari_fsrcnn.weights.checkpoint import save_checkpoint

with needed_by("The plain loop"):
    import h5py

SCALE = 3
MEASUREMENTS = 20
"""Times that each run is measured, at even distances."""

Gain = tuple[float, float]
"""Seconds of training, and dB over bicubic after them."""


def main() -> int:
    """Print the tables; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=2.5, help="of training with `fast`")
    parser.add_argument("--plain-minutes", type=float, default=15.0, help="with the plain loop")
    parser.add_argument("--gains", type=float, nargs="+", default=[1.0, 1.25, 1.5])
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--save", type=Path, help="folder for the checkpoints of `fast`")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    folder = Path(os.environ["NAPARI_FSRCNN_DATA"])
    sets = (str(folder / "T91"), str(folder / "BSDS500-train"))
    config = apply_preset("fast", {"data": sets, "scale": SCALE, "device": options.device})
    data = prepare_data(config)
    validator = Validator(data.validation, SCALE, resolve_device(config.device))
    runs = {
        "fast": list(train_fast(config, data, validator, 60 * options.minutes, options.save)),
        "plain loop": list(train_plain(config, data, validator, 60 * options.plain_minutes)),
    }
    report({name: run for name, run in runs.items() if run}, options.gains)
    highest = {name: max((gain for _, gain in run), default=0.0) for name, run in runs.items()}
    return int(highest["fast"] < highest["plain loop"])


def train_fast(
    config: TrainingConfig,
    data: TrainingData,
    validator: Validator,
    seconds: float,
    folder: Path | None,
) -> Iterator[Gain]:
    """Train with the preset, one schedule in the time, and measure on the way."""
    steps = round(seconds * steps_per_second(config, data))
    config = config.model_copy(update={"steps": steps})
    state, step = start(config, data)
    wait = wait_for(state.generator.device)
    spent = 0.0
    for index in range(MEASUREMENTS):
        begin = time.perf_counter()
        while state.step < steps * (index + 1) // MEASUREMENTS:
            step()
        wait()
        spent += time.perf_counter() - begin
        psnr, _ = validator.measure(state.average)
        state.keep_best(psnr)
        yield spent, psnr - validator.bicubic_psnr
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            model = trained_model(config, state, data, validator.bicubic_psnr)
            save_checkpoint(folder / f"{round(spent):05}-seconds.safetensors", model)


def start(config: TrainingConfig, data: TrainingData) -> tuple[TrainingState, Step]:
    """Begin a run of the project's own."""
    fabric = start_fabric(resolve_device(config.device), config.precision)
    state = TrainingState(config, fabric.device)
    return state, Step(config, state, data.train, fabric)


def steps_per_second(config: TrainingConfig, data: TrainingData) -> float:
    """Measure how fast the machine is, in a run of its own."""
    state, step = start(config, data)
    wait = wait_for(state.generator.device)
    for _ in range(20):
        step()
    wait()
    begin = time.perf_counter()
    for _ in range(100):
        step()
    wait()
    return 100 / (time.perf_counter() - begin)


def train_plain(
    config: TrainingConfig, data: TrainingData, validator: Validator, seconds: float
) -> Iterator[Gain]:
    """Train the plain loop on patches in a file, and measure on the way."""
    if seconds == 0:
        return
    device = resolve_device(config.device)
    network, loss = PlainFSRCNN().to(device), nn.MSELoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "patches.h5")
        write_patches(path, data, config)
        loader = DataLoader(
            PatchFile(path), config.batch, shuffle=True, num_workers=2, persistent_workers=True
        )
        batches, spent = epochs(loader), 0.0
        for index in range(MEASUREMENTS):
            begin = time.perf_counter()
            end = begin + seconds * (index + 1) / MEASUREMENTS - spent
            while time.perf_counter() < end:
                lr, hr = (patches.to(device) for patches in next(batches))
                optimizer.zero_grad()
                loss(network(lr), hr).backward()
                optimizer.step()
            wait_for(device)()
            spent += time.perf_counter() - begin
            psnr, _ = validator.measure(as_fsrcnn(network))
            yield spent, psnr - validator.bicubic_psnr


def write_patches(path: Path, data: TrainingData, config: TrainingConfig) -> None:
    """Cut the training pictures into patches that overlap by half, as such files are made."""
    size = config.patch
    cuts = [
        (pair, y, x)
        for pair in data.train
        for y, x in itertools.product(
            *(range(0, length - size + 1, size // 2) for length in pair.lr.shape)
        )
    ]
    with h5py.File(path, "w") as file:
        lr = file.create_dataset("lr", (len(cuts), size, size), "f4")
        hr = file.create_dataset("hr", (len(cuts), SCALE * size, SCALE * size), "f4")
        for index, (pair, y, x) in enumerate(cuts):
            lr[index] = pair.lr[y : y + size, x : x + size]
            top, left, side = SCALE * y, SCALE * x, SCALE * size
            hr[index] = pair.hr[top : top + side, left : left + side]


def as_fsrcnn(network: PlainFSRCNN) -> FSRCNN:
    """Take the plain network's weights over, to measure it as all networks are."""
    fsrcnn = FSRCNN(SCALE, padding_mode="zeros", deconv_padding=4)
    weights = copy.deepcopy(list(network.state_dict().values()))
    names = as_module(fsrcnn).state_dict()
    fsrcnn.load_state_dict(dict(zip(names, weights, strict=True)))
    return freeze(fsrcnn)


def report(runs: dict[str, list[Gain]], asked: Sequence[float]) -> None:
    """Print when each gain, and the highest of each run, was passed, and the course of the runs."""
    print("| gain over bicubic (dB) | " + " | ".join(f"{name} (s)" for name in runs) + " |")
    print("|---" * (len(runs) + 1) + "|")
    for gain in sorted({*asked, *(max(gain for _, gain in run) for run in runs.values())}):
        times = [passed(run, gain) for run in runs.values()]
        print(f"| {gain:.3f} | " + " | ".join(times) + " |")
    for name, run in runs.items():
        print(f"\n| {name} (s) | gain (dB) |\n|---|---|")
        for seconds, gain in run:
            print(f"| {seconds:.0f} | {gain:.3f} |")


def passed(run: list[Gain], gain: float) -> str:
    """Give the seconds of the first measurement at or above a gain."""
    return next((f"{seconds:.0f}" for seconds, reached in run if reached >= gain), "not reached")


if __name__ == "__main__":
    raise SystemExit(main())
