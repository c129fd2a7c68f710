"""Draw the resolution chart that the package ships as its built-in sample.

``python sample_data/resolution_chart.py`` writes it to where the package keeps it. It needs numpy
and imageio, no font and no other picture: everything on the chart is a formula, evaluated 8 x 8
times a pixel and averaged, so that its edges are as smooth as a camera's.
"""

from __future__ import annotations

import colorsys
import sys
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray
from strokes import in_text, text_width

Array = NDArray[np.float64]
Paint = Callable[[Array, Array], Array]

SIZE = 512
SAMPLES = 8  # a pixel, on each axis
PAPER, INK = 0.95, 0.06
SHIPPED = Path(__file__).parents[1] / "src/napari_fsrcnn/widgets/samples/resolution_chart.png"


def main() -> None:
    """Write the chart to the path given, or to where it is shipped from."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    path.parent.mkdir(parents=True, exist_ok=True)
    iio.imwrite(path, np.round(255 * draw()).astype(np.uint8), optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def draw() -> Array:
    """Draw everything: (512, 512, 3) in [0, 1]."""
    chart = np.full((SIZE, SIZE, 3), PAPER)
    write(chart, 16, 16, "NAPARI-FSRCNN", 16)
    write(chart, 16, 336, "RESOLUTION CHART", 10)
    for place, pitch in enumerate([12, 8, 6, 5, 4, 3, 2.5, 2]):
        left = 16 + 62 * place
        put(chart, (44, left), (46, 46), line_pairs(pitch))
        label = f"{pitch:g}"
        write(chart, 96, left + round(23 - text_width(label, 7) / 2), label, 7)
    put(chart, (112, 12), (240, 88), wedge(10, 2, 240, 44))
    for pitch in (10, 5, 3, 2):
        write(chart, 112 + round(233 * (1 / pitch - 1 / 10) / (1 / 2 - 1 / 10)), 106, f"{pitch}", 7)
    put(chart, (112, 132), (240, 240), siemens_star(120))
    put(chart, (112, 392), (104, 104), zone_plate(52))
    put(chart, (232, 392), (52, 104), slanted_square(5, INK, 0.75))
    put(chart, (292, 392), (60, 104), slanted_square(16, 0.4, 0.6))
    top = 373
    for height in (13, 10, 8, 6.5, 5, 4):
        write(chart, top, 16, "FSRCNN X2 X3 X4 0123456789", height)
        top += round(height + 9)
    for place, colour in enumerate(COLOURS):
        row, column = divmod(place, 4)
        put(chart, (372 + 32 * row, 372 + 32 * column), (28, 28), plain(colour))
    put(chart, (474, 16), (10, 480), lambda _, x: x / 480)
    put(chart, (486, 16), (10, 480), lambda _, x: hues(x / 480))
    return chart


COLOURS = [
    (0.85, 0.10, 0.12), (0.10, 0.62, 0.22), (0.12, 0.22, 0.80), (0.96, 0.80, 0.10),
    (0.80, 0.12, 0.60), (0.05, 0.60, 0.75), (0.93, 0.47, 0.12), (0.40, 0.20, 0.55),
    (0.78, 0.58, 0.50), (0.33, 0.43, 0.22), (0.40, 0.60, 0.85), (0.42, 0.28, 0.20),
]  # fmt: skip


def put(chart: Array, corner: tuple[int, int], size: tuple[int, int], paint: Paint) -> None:
    """Evaluate a formula over a rectangle of the chart and average it over each pixel.

    ``paint(y, x)`` takes pixels from the rectangle's upper left corner and gives grey (Y, X) or
    colour (Y, X, 3).
    """
    height, width = size
    y = (np.arange(height * SAMPLES) + 0.5)[:, np.newaxis] / SAMPLES
    x = (np.arange(width * SAMPLES) + 0.5)[np.newaxis] / SAMPLES
    values = np.asarray(paint(y, x), float)
    values = np.broadcast_to(values, (y.size, x.size, *values.shape[2:]))
    blocks = values.reshape(height, SAMPLES, width, SAMPLES, -1)
    top, left = corner
    chart[top : top + height, left : left + width] = blocks.mean(axis=(1, 3))


def write(chart: Array, top: int, left: int, text: str, height: float) -> None:
    """Write a line of text; ``top`` and ``left`` are those of its first glyph."""
    size = (int(height) + 3, int(text_width(text, height)) + 3)
    put(chart, (top - 1, left - 1), size, lambda y, x: ink(in_text(text, height, y - 1, x - 1)))


def ink(where: NDArray[np.bool_]) -> Array:
    """Ink there, and paper elsewhere."""
    return np.where(where, INK, PAPER)


def line_pairs(pitch: float) -> Paint:
    """Vertical bars, ``pitch`` pixels from one to the next, over horizontal ones."""

    def paint(y: Array, x: Array) -> Array:
        across = np.where(y < 23, x, y - 24)
        gap = (y >= 22) & (y < 24)
        return ink((across / pitch % 1 < 0.5) & ~gap)

    return paint


def wedge(widest: float, narrowest: float, length: float, middle: float) -> Paint:
    """Nine bars whose pitch falls from top to bottom, evenly in line pairs per pixel."""

    def paint(y: Array, x: Array) -> Array:
        frequency = 1 / widest + (1 / narrowest - 1 / widest) * y / length
        bars = (x - middle) * frequency
        return ink((np.abs(bars) < 4.25) & ((bars + 0.25) % 1 < 0.5))

    return paint


def siemens_star(radius: float, spokes: int = 36) -> Paint:
    """Spokes that meet in the middle: every pitch in every direction."""

    def paint(y: Array, x: Array) -> Array:
        dy, dx = y - radius, x - radius
        inside = np.hypot(dy, dx) < radius - 1
        return ink(inside & (np.arctan2(dy, dx) / (2 * np.pi) * spokes % 1 < 0.5))

    return paint


def zone_plate(radius: float, highest: float = 0.42) -> Paint:
    """Rings whose frequency grows with the radius, to ``highest`` cycles per pixel at its edge."""

    def paint(y: Array, x: Array) -> Array:
        square = (y - radius) ** 2 + (x - radius) ** 2
        rings = 0.5 + 0.5 * np.cos(np.pi * highest / radius * square)
        return np.where(square < radius**2, INK + (PAPER - INK) * rings, PAPER)

    return paint


def slanted_square(degrees: float, inner: float, outer: float) -> Paint:
    """Draw a turned square on a ground: edges that cross the pixel grid at a small angle."""
    turn = np.radians(degrees)

    def paint(y: Array, x: Array) -> Array:
        dy, dx = y - y.mean(), x - x.mean()
        u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
        inside = (np.abs(u) < 0.3 * x.max()) & (np.abs(v) < 0.3 * y.max())
        return np.where(inside, inner, outer)

    return paint


def plain(colour: tuple[float, float, float]) -> Paint:
    """One colour."""
    return lambda _y, _x: np.array(colour)[np.newaxis, np.newaxis]


def hues(share: Array) -> Array:
    """All saturated hues, once around."""
    return np.array([colorsys.hsv_to_rgb(hue, 0.85, 0.9) for hue in share.ravel()])[np.newaxis]


if __name__ == "__main__":
    main()
