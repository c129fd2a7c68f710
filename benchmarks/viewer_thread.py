"""Training inside the viewer's thread against the same training outside of it.

    python benchmarks/viewer_thread.py [--steps N] [--repeats N]

Each run is a process of its own, in turn: outside, a plain loop over the events; inside, *Train
super-resolution* in a napari window under Xvfb, with its curves, its preview and its bar. Both have
the same configuration and the same pictures, which the benchmark draws. The time is the run's own
clock, as its folder keeps it: from the first step to the last save, validations included, start
and reading left out. Ends with exit code 1 if the median ratio is above 1.15.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import safetensors
from imageio.v3 import imread, imwrite
from window import XVFB

from napari_fsrcnn.training.config import TrainingConfig

ALLOWED = 1.15


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(f"FSRCNN(56,12,4) x2, batch 16 of 24 x 24 LR pixels, {options.steps} steps\n")
    print("| repeat | outside (s) | inside (s) | inside / outside |")
    print("|---|---|---|---|")
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        draw_pictures(Path(folder, "pictures"))
        for repeat in range(1, options.repeats + 1):
            outside = seconds(Path(folder), "outside", options.steps)
            inside = seconds(Path(folder), "inside", options.steps)
            ratios.append(inside / outside)
            print(f"| {repeat} | {outside:.2f} | {inside:.2f} | {ratios[-1]:.3f} |", flush=True)
    median = statistics.median(ratios)
    print(f"\nMedian ratio: {median:.3f} (allowed: {ALLOWED})")
    return int(median > ALLOWED)


def draw_pictures(folder: Path) -> None:
    """Write twenty pictures of discs, of BSD-100's size."""
    folder.mkdir()
    random = np.random.default_rng(0)
    y, x = np.mgrid[:320, :480]
    for index in range(20):
        picture = np.full((320, 480), 128, np.uint8)
        for _ in range(60):
            cy, cx, radius = random.uniform(0, 320), random.uniform(0, 480), random.uniform(4, 60)
            picture[np.hypot(y - cy, x - cx) < radius] = random.integers(256)
        imwrite(folder / f"{index:02}.png", picture)


def seconds(folder: Path, place: str, steps: int) -> float:
    """Train in a new process and return the time that the run's folder gives."""
    runs = Path(tempfile.mkdtemp(dir=folder))
    command = [sys.executable, __file__, place, str(folder / "pictures"), str(steps)]
    own = {"NAPARI_FSRCNN_RUNS": str(runs), "NAPARI_CONFIG": str(folder / "settings.yaml")}
    subprocess.run(
        [*(XVFB if place == "inside" else []), *command],
        env=os.environ | own,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    (state,) = runs.glob("*/state.safetensors")
    with safetensors.safe_open(state, "np") as file:
        saved = json.loads(file.metadata()["state"])
    if saved["step"] != steps:
        raise RuntimeError(f"The run {place} ended after {saved['step']} steps.")
    return float(saved["seconds"])


def configuration(pictures: str, steps: int) -> TrainingConfig:
    """Return what both places train; the run's folder is left to them."""
    return TrainingConfig(
        data=(pictures,), arch="fsrcnn", scale=2, steps=steps, validate_every=200, device="cpu"
    )


def train_outside(config: TrainingConfig) -> None:
    """Read the events as a script does."""
    from napari_fsrcnn.training.train import train

    run = Path(os.environ["NAPARI_FSRCNN_RUNS"], "outside")
    for _ in train(config.model_copy(update={"run": run})):
        pass


def train_inside(config: TrainingConfig) -> None:
    """Fill in the form in a window that shows a picture, press Start, and wait."""
    import napari
    from qtpy.QtCore import QTimer

    viewer = napari.Viewer()
    viewer.add_image(imread(next(Path(config.data[0]).glob("*.png"))))
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Train")
    widget.form.show_config(config)
    widget.start()
    watch = QTimer()
    watch.timeout.connect(lambda: None if widget.running else viewer.close())
    watch.start(100)
    napari.run()


if __name__ == "__main__":
    if sys.argv[1:2] in (["outside"], ["inside"]):
        place, pictures, steps = sys.argv[1:]
        run = train_inside if place == "inside" else train_outside
        run(configuration(pictures, int(steps)))
    else:
        raise SystemExit(main())
