"""Letters and figures made of straight strokes, so that the chart depends on no font."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Corner points on a grid 4 wide and 6 high, y downwards; strokes of a glyph are set apart by ";".
_GLYPHS = {
    "A": "06 20 46; 0.7,4 3.3,4",
    "C": "41 30 10 01 05 16 36 45",
    "E": "40 00 06 46; 03 33",
    "F": "40 00 06; 03 33",
    "H": "00 06; 40 46; 03 43",
    "I": "20 26",
    "L": "00 06 46",
    "N": "06 00 46 40",
    "O": "10 30 41 45 36 16 05 01 10",
    "P": "06 00 30 41 42 33 03",
    "R": "06 00 30 41 42 33 03; 23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40; 20 26",
    "U": "00 05 16 36 45 40",
    "X": "00 46; 40 06",
    "0": "10 30 41 45 36 16 05 01 10",
    "1": "11 20 26; 16 36",
    "2": "01 10 30 41 42 06 46",
    "3": "01 10 30 41 42 33 44 45 36 16 05; 23 33",
    "4": "36 30 04 44",
    "5": "40 00 03 33 44 45 36 06",
    "6": "41 30 10 01 05 16 36 45 44 33 03",
    "7": "00 40 1.5,6",
    "8": "10 30 41 42 33 13 02 01 10; 13 04 05 16 36 45 44 33",
    "9": "43 13 02 01 10 30 41 45 36 16 05",
    ".": "2,5.9 2,6",
    "-": "0.5,3 3.5,3",
    " ": "",
}
_ADVANCE = 6  # from one glyph to the next, on the grid
_THICKNESS = 0.9


def text_width(text: str, height: float) -> float:
    """Width of a line of text in pixels, for glyphs of that height."""
    return (len(text) * _ADVANCE - 2) * height / 6


def in_text(
    text: str, height: float, y: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Say which points lie on a stroke of the text.

    Parameters
    ----------
    text : str
    height : float
        Of the glyphs, in pixels.
    y, x : ndarray
        Points in pixels from the text's upper left corner.
    """
    unit = height / 6
    inked = np.zeros(np.broadcast_shapes(y.shape, x.shape), bool)
    for place, glyph in enumerate(text):
        for stroke in filter(None, _GLYPHS[glyph].split(";")):
            corners = [_corner(word) for word in stroke.split()]
            for (x0, y0), (x1, y1) in pairwise(corners):
                along = np.array([x1 - x0, y1 - y0])
                offset_x, offset_y = x / unit - place * _ADVANCE - x0, y / unit - y0
                share = (offset_x * along[0] + offset_y * along[1]) / (along @ along)
                share = np.clip(share, 0, 1)
                distance = np.hypot(offset_x - share * along[0], offset_y - share * along[1])
                inked |= distance < _THICKNESS / 2
    return inked


def _corner(word: str) -> tuple[float, float]:
    x, y = word.split(",") if "," in word else list(word)
    return float(x), float(y)
