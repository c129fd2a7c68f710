"""How a plane is cut into tiles: what each writes and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, product
from typing import NamedTuple

from napari_fsrcnn.inference.edges import Edges

Tiles = tuple["Tile", ...]


class Span(NamedTuple):
    """One tile on one axis, in LR pixels: what it writes, and what it reads."""

    start: int
    stop: int
    read_start: int
    read_stop: int


class Tile(NamedTuple):
    """One tile of a plane."""

    y: Span
    x: Span
    edges: Edges

    @property
    def pixels(self) -> int:
        """LR pixels that it reads."""
        return (self.y.read_stop - self.y.read_start) * (self.x.read_stop - self.x.read_start)

    @property
    def form(self) -> tuple[object, ...]:
        """Tiles that are equal in this can be run as one batch."""
        lengths = (tuple(each - span.read_start for each in span) for span in (self.y, self.x))
        return (*lengths, self.edges)


def spans(length: int, tile: int, halo: int) -> Iterator[Span]:
    """Cut an axis into tiles, each read with its halo as far as the axis goes.

    Examples
    --------
    >>> [tuple(span) for span in spans(10, 6, 2)]
    [(0, 6, 0, 8), (6, 10, 4, 10)]
    """
    for start in range(0, length, tile):
        yield _span(start, min(start + tile, length), length, halo)


def tiles(shape: tuple[int, int], tile: tuple[int, int], halo: int) -> Iterator[Tile]:
    """Cut a plane into tiles, row after row."""
    rows, columns = (spans(*each, halo) for each in zip(shape, tile, strict=True))
    for y, x in product(rows, columns):
        yield _tile(y, x, shape)


def batches(shape: tuple[int, int], tile: tuple[int, int], halo: int, most: int) -> Iterator[Tiles]:
    """Cut a plane into tiles and put neighbours of the same form together, ``most`` at a time."""
    for _, same in groupby(tiles(shape, tile, halo), lambda each: each.form):
        group = tuple(same)
        for first in range(0, len(group), most):
            yield group[first : first + most]


def halves(group: Tiles, shape: tuple[int, int], halo: int, least: int) -> list[Tiles]:
    """Divide a batch, or its only tile along its longer side, in two.

    Nothing is left to divide where the tile is not longer than ``least``: the list is empty.

    Examples
    --------
    >>> (whole,) = batches((8, 20), (8, 20), 1, 1)
    >>> [(tile.x.start, tile.x.stop) for (tile,) in halves(whole, (8, 20), 1, 4)]
    [(0, 10), (10, 20)]
    """
    if len(group) > 1:
        middle = len(group) // 2
        return [group[:middle], group[middle:]]
    y, x, _ = group[0]
    height, width = y.stop - y.start, x.stop - x.start
    if max(height, width) <= least:
        return []
    if height > width:
        return [(_tile(part, x, shape),) for part in _half(y, shape[0], halo)]
    return [(_tile(y, part, shape),) for part in _half(x, shape[1], halo)]


def _half(span: Span, length: int, halo: int) -> list[Span]:
    middle = (span.start + span.stop) // 2
    return [_span(*ends, length, halo) for ends in ((span.start, middle), (middle, span.stop))]


def _span(start: int, stop: int, length: int, halo: int) -> Span:
    return Span(start, stop, max(start - halo, 0), min(stop + halo, length))


def _tile(y: Span, x: Span, shape: tuple[int, int]) -> Tile:
    edges = Edges(
        top=y.read_start == 0,
        bottom=y.read_stop == shape[0],
        left=x.read_start == 0,
        right=x.read_stop == shape[1],
    )
    return Tile(y, x, edges)
