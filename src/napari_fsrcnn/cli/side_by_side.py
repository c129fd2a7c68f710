"""Pictures beside each other in one, under headings: what the demo writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_GAP = 8
_HEADING = 48
_FONT_SIZE = 26
_PAPER, _INK = "white", "black"


def side_by_side(
    headings: Sequence[str], rows: Sequence[Sequence[NDArray[np.uint8]]]
) -> NDArray[np.uint8]:
    """Lay pictures out as a table.

    Parameters
    ----------
    headings : sequence of str
        One for each column.
    rows : sequence of sequence of ndarray, shape (Y, X, 3)
        All of one size.

    Returns
    -------
    ndarray of uint8, shape (Y, X, 3)

    Examples
    --------
    >>> black = np.zeros((30, 200, 3), np.uint8)
    >>> side_by_side(["left", "right"], [[black, black]]).shape
    (94, 424, 3)
    """
    height, width, _ = rows[0][0].shape
    sheet = Image.new(
        "RGB",
        (
            _GAP + len(headings) * (width + _GAP),
            _GAP + _HEADING + len(rows) * (height + _GAP),
        ),
        _PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(_FONT_SIZE)
    for column, heading in enumerate(headings):
        left = _GAP + column * (width + _GAP)
        middle: tuple[Any, ...] = (left + width // 2, (_GAP + _HEADING) // 2)
        draw.text(middle, heading, _INK, font, anchor="mm")
        for row, pictures in enumerate(rows):
            top = _GAP + _HEADING + row * (height + _GAP)
            sheet.paste(Image.fromarray(pictures[column]), (left, top))
    return np.asarray(sheet)
