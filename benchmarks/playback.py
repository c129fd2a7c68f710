"""A time series that is upscaled while it is played, in a real viewer.

    python benchmarks/playback.py [--side N] [--frames N] [--model NAME] [--seconds S]

A series of ``frames`` pictures of ``side`` x ``side`` pixels, each another one, is upscaled in a
napari window under Xvfb and played at 25 frames a second, five seconds after the first step along it,
with which the processes that help are started. Counted is what the window draws: frames a second in
all, and those that were upscaled when they were drawn; and the time that napari and these processes
computed. Once more with all of them computed before, so that only drawing is left.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from window import choices_of_scale, run_inside, wait_until

WANTED = 25.0

START = 5
"""Seconds from the first step along the series until it is played."""


def main() -> int:
    """Print the table; return 1 if fewer frames are upscaled than are wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--model", default="fsrcnn-s-x2")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return play(options)
    return run_inside(__file__)


def play(options: argparse.Namespace) -> int:
    """Upscale in a window, play, and count what is drawn."""
    import dask.array as da
    import napari

    viewer = napari.Viewer()
    series = moving_discs(options.frames, options.side)
    source = viewer.add_image(da.from_array(series, chunks=(1, -1, -1)), name="series")
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    form = widget.form
    form.scale.value = 2
    form.model.value = next(
        choice for choice in choices_of_scale(form, 2) if choice.label == options.model
    )
    form.device.value = "cpu"
    widget.start()
    wait_until(lambda: not widget.running)
    layer = viewer.layers[-1]
    source.visible = False
    viewer.scene.camera.zoom = 1.2  # the upscaled level is shown, whole
    wait_until(lambda: layer.data_level == 0 and layer.data[0].sharpener.sharp)
    print(f"{options.side} x {options.side} x {options.frames} uint8 by {options.model}\n")
    print("| | frames a second | of these upscaled | processor time (s) |")
    print("|---|---|---|---|")
    began = time.monotonic()
    viewer.dims.set_current_step(0, int(viewer.dims.current_step[0]) + 1)
    wait_until(lambda: time.monotonic() - began > START)
    first = count(viewer, layer, options.seconds, "computed ahead")
    for plane in range(options.frames):
        np.asarray(layer.data[0][plane])
    count(viewer, layer, options.seconds, "computed before")
    viewer.close()
    return int(first < 0.95 * WANTED)


def count(viewer: Any, layer: Any, seconds: float, label: str) -> float:
    """Play for some seconds; print and return the upscaled frames that were drawn in each."""
    canvas = viewer.window._qt_viewer.canvas._scene_canvas  # noqa: SLF001  napari tells no one else
    drawn: list[int] = []
    sharp: list[int] = []

    def note(_: Any) -> None:
        plane = int(viewer.dims.current_step[0])
        if drawn[-1:] != [plane]:
            drawn.append(plane)
        if layer.data[0].sharpener.sharp and sharp[-1:] != [plane]:
            sharp.append(plane)

    canvas.events.draw.connect(note)
    dims = viewer.window._qt_viewer.dims  # noqa: SLF001
    began, busy = time.monotonic(), processor_time()
    dims.play(0, fps=WANTED)
    wait_until(lambda: time.monotonic() - began > seconds)
    dims.stop()
    took = time.monotonic() - began
    canvas.events.draw.disconnect(note)
    print(
        f"| {label} | {len(drawn) / took:.1f} | {len(sharp) / took:.1f} | "
        f"{processor_time() - busy:.1f} of {took:.1f} |",
        flush=True,
    )
    return len(sharp) / took


def processor_time() -> float:
    """Sum up the seconds that this process and those that it started have computed."""
    this = psutil.Process()
    times = [each.cpu_times() for each in (this, *this.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def moving_discs(frames: int, side: int) -> NDArray[np.uint8]:
    """Draw discs with sharp edges that move."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    places, speeds = random.uniform(0, side, (12, 2)), random.uniform(-3, 3, (12, 2))
    radii, greys = random.uniform(8, side / 8, 12), random.integers(60, 256, 12)
    series = np.full((frames, side, side), 20, np.uint8)
    for frame, picture in enumerate(series):
        for place, speed, radius, grey in zip(places, speeds, radii, greys, strict=True):
            cy, cx = (place + frame * speed) % side
            picture[(y - cy) ** 2 + (x - cx) ** 2 < radius**2] = grey
    return series


if __name__ == "__main__":
    raise SystemExit(main())
