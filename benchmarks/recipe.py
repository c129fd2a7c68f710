"""What optimiser and loss do for a run of a given length: gain over bicubic on validation pictures.

    python benchmarks/recipe.py [--steps N] [--scale K] [--arch NAME] [--lr RATE]

Trains FSRCNN(56,12,4), or another network, on T91 and BSDS500's training pictures with the default
recipe and with each of its parts replaced, from the same first weights and on the same patches, and
prints the gain at quarters of the run and the processor time of a step.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Validated
from napari_fsrcnn.training.train import train
from napari_fsrcnn.weights.shipped import list_models

WAYS: dict[str, dict[str, Any]] = {
    "SOAP, RMSE (the default)": {},
    "SOAP, L1 then MSE": {"loss": "l1-mse"},
    "SOAP, MSE": {"loss": "mse"},
    "SOAP, RMSE, a margin of 2": {"margin": 2},
    "SOAP on collapsible layers, RMSE": {"width": 64},
    "Adam on collapsible layers, RMSE": {"optimizer": "adam", "width": 256, "lr": 4e-3},
    "Adam, RMSE": {"optimizer": "adam", "lr": 4e-3},
}
FOR_SRCNN: dict[str, dict[str, Any]] = {"SOAP, RMSE, no leak of gradients": {"leak": 0.0}}
PARTS = 4


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--scale", type=int, default=3)
    parser.add_argument("--arch", default="fsrcnn")
    parser.add_argument("--lr", type=float, default=1e-2, help="of SOAP")
    options = parser.parse_args()
    folder = Path(os.environ["NAPARI_FSRCNN_DATA"])
    config = TrainingConfig(
        data=(str(folder / "T91"), str(folder / "BSDS500-train")),
        arch=options.arch,
        scale=options.scale,
        lr=options.lr,
        steps=options.steps,
        validate_every=options.steps // PARTS,
        device="cpu",
    )
    steps = [options.steps * part // PARTS for part in range(1, PARTS + 1)]
    print(f"{options.arch} x{options.scale}, gain over bicubic in dB after steps\n")
    print(f"| | {' | '.join(map(str, steps))} | ms of processor time a step |")
    print("|---" * (PARTS + 2) + "|")
    ways = WAYS | (FOR_SRCNN if options.arch.startswith("srcnn") else {})
    teacher = f"fsrcnn-x{options.scale}"
    if options.arch != "fsrcnn" and teacher in list_models():
        ways["SOAP, RMSE, taught by the shipped fsrcnn"] = {"teacher": teacher}
    for name, values in ways.items():
        gains, spent = run(TrainingConfig(**config.model_dump() | values))
        figures = " | ".join(f"{gain:.3f}" for gain in gains)
        print(f"| {name} | {figures} | {1e3 * spent / options.steps:.1f} |", flush=True)


def run(config: TrainingConfig) -> tuple[list[float], float]:
    """Train; return the gain at each validation, and the processor time of all."""
    gains, begin = [], time.process_time()
    for event in train(config):
        if isinstance(event, Validated):
            gains.append(event.psnr - event.bicubic_psnr)
        if isinstance(event, Finished):
            break
    return gains, time.process_time() - begin


if __name__ == "__main__":
    main()
