"""Zooming into a large layer that is upscaled where one looks, in a real viewer.

    python benchmarks/lazy_view.py [--side N] [--views N] [--model NAME] [--device DEVICE]

A picture of ``side`` x ``side`` pixels (the resolution chart of the samples, repeated), which lies
in Zarr and has coarser levels to look at, is upscaled in a napari window under Xvfb. Then the window
looks at places that it has not looked at before, so closely that one pixel of the result is about one
of the screen: per view, the time until the window answers with the picture itself, the time until all
of it is upscaled and drawn, processor time, and the blocks that were computed. Ends with exit code 1 if
the median view takes a second.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from memory import write_chart
from numpy.typing import NDArray
from window import choices_of_scale, run_inside, wait_until

ALLOWED = 1.0


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=50_000)
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--model", default="fsrcnn-x2")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return run_inside(__file__)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "chart.zarr")
        write_chart(path, options.side)
        return look(path, options)


def look(path: Path, options: argparse.Namespace) -> int:
    """Upscale in a window, and look at one place after another."""
    import napari
    import zarr

    from napari_fsrcnn.inference.coarser import coarser_levels

    picture = zarr.open_array(path / "0", mode="r")
    viewer = napari.Viewer()
    viewer.window.resize(1260, 980)
    viewer.add_image([picture, *coarser_levels(picture, rgb=False)], name="chart")
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    form = widget.form
    form.device.value = options.device
    form.scale.value, form.model.value = next(
        (choice.scale, choice)
        for scale in form.scale.choices
        for choice in choices_of_scale(form, scale)
        if choice.label == options.model
    )
    began = time.monotonic()
    widget.start()
    wait_until(lambda: len(viewer.layers) == 2)
    print(
        f"{options.side} x {options.side} uint8 by {options.model}: the layer is there after "
        f"{time.monotonic() - began:.1f} s\n"
    )
    wait_until(lambda: not widget.running)
    layer = viewer.layers[-1]
    finest = layer.data[0]
    print("| view | LR pixels | answers (s) | sharp (s) | processor time (s) | blocks |")
    print("|---|---|---|---|---|---|")
    seconds = []
    places = np.random.default_rng(0).uniform(0.1, 0.9, (options.views, 2)) * options.side
    for number, place in enumerate(places, 1):
        before = finest.blocks.cache.nbytes
        began, busy = time.monotonic(), time.process_time()
        viewer.scene.camera.center = tuple(place)
        viewer.scene.camera.zoom = 1.0 * finest.blocks.scale
        wait_until(partial(shows, layer, place))
        answered = time.monotonic() - began
        wait_until(lambda: finest.sharpener.sharp)
        layer.refresh()
        seconds.append(time.monotonic() - began)
        rows, columns = (
            int(side) // finest.blocks.scale
            for side in layer.corner_pixels[1] - layer.corner_pixels[0] + 1
        )
        print(
            f"| {number} | {rows} x {columns} | {answered:.2f} | {seconds[-1]:.2f} | "
            f"{time.process_time() - busy:.2f} | "
            f"{(finest.blocks.cache.nbytes - before) // finest.blocks.nbytes} |",
            flush=True,
        )
    median = statistics.median(seconds)
    print(f"\nMedian: {median:.2f} s a view (allowed: {ALLOWED})")
    viewer.close()
    return int(median > ALLOWED)


def shows(layer: Any, place: NDArray[Any]) -> bool:
    """Say whether the upscaled level is drawn around a place of the LR picture."""
    first, last = layer.corner_pixels
    inside = (first <= layer.data[0].blocks.scale * place) & (
        layer.data[0].blocks.scale * place <= last
    )
    return layer.data_level == 0 and bool(inside.all())


if __name__ == "__main__":
    raise SystemExit(main())
