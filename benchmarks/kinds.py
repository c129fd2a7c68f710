"""What pictures of other kinds take beside a plane of float32 in [0, 1].

    python benchmarks/kinds.py [--model NAME] [--turns N]

Tables of networks time planes of float32, as other libraries take them. What is open in napari is
mostly something else: here each kind goes through :func:`napari_fsrcnn.upscale` and comes back in its
own dtype, with the value range looked for, values mapped and rounded, and colours taken apart and put
together. The median of the turns, which all kinds take one after the other.
"""

from __future__ import annotations

import argparse
import statistics
import time
from functools import partial

import numpy as np
import torch
from speed_peers import engine

import napari_fsrcnn
from napari_fsrcnn.weights.shipped import load_model

SHAPE = (1080, 1920)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="fsrcnn-x2")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    model = load_model(options.model)
    random = np.random.default_rng(0)
    plane, colour = random.random(SHAPE, np.float32), random.random((*SHAPE, 3), np.float32)
    eight, sixteen = ((plane * most).astype(dtype) for most, dtype in ((255, "u1"), (4095, "u2")))
    rgb = (colour * 255).astype(np.uint8)
    upscale = partial(napari_fsrcnn.upscale, model=model, device="cpu")
    network = engine(model.network, SHAPE, torch.get_num_threads())
    kinds = {
        "float32 in [0, 1], the network alone": partial(network, plane),
        "float32": partial(upscale, plane),
        "uint8": partial(upscale, eight),
        "uint16": partial(upscale, sixteen),
        "RGB of uint8, by luma": partial(upscale, rgb, rgb=True),
        "RGB of uint8, each channel": partial(upscale, rgb, rgb=True, color="channels"),
    }
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for run in kinds.values():
        run()
    for _ in range(options.turns):
        for kind, run in kinds.items():
            start = time.perf_counter()
            run()
            seconds[kind].append(time.perf_counter() - start)
    medians = {kind: statistics.median(each) for kind, each in seconds.items()}
    first = next(iter(medians.values()))
    print(f"{options.model}, {SHAPE[1]} x {SHAPE[0]}, {torch.get_num_threads()} threads\n")
    print("| picture | ms | times the network alone |\n|---|---|---|")
    for kind, median in medians.items():
        print(f"| {kind} | {1000 * median:.0f} | {median / first:.2f} |")


if __name__ == "__main__":
    main()
