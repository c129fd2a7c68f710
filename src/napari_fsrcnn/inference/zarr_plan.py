"""What an upscaled OME-Zarr image depends on, and the pieces that it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from napari_fsrcnn.image.halve import halved_shapes
from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.block_upscaler import BLOCK, Block, Grid
from napari_fsrcnn.inference.prepared import Precision
from napari_fsrcnn.inference.restore import Color

SMALLEST = 512
"""Pixels along Y and X of the pyramid's last level, at most."""


@dataclass(frozen=True)
class Piece:
    """One chunk of one level.

    Attributes
    ----------
    level : int
    index : tuple of int
        Of the chunk, axis by axis as the target has them.
    block : Block or None
        What is upscaled for it, in the first level.
    """

    level: int
    index: tuple[int, ...]
    block: Block | None = None


@dataclass(frozen=True)
class Plan:
    """All that a result depends on.

    Attributes
    ----------
    source, stamp : str
        Path of the picture and the state that it is in; empty for an array in memory.
    shape : tuple of int
        Of the source, in its own order of axes.
    order : tuple of int
        The source's axes in the order of the target, whose last ones are Y and X.
    rgb, color, precision, limits
        As for :class:`napari_fsrcnn.inference.block_upscaler.BlockUpscaler`.
    model, sha256 : str
        Name, and checksum of the checkpoint.
    scale, halo, block : int
    """

    source: str
    stamp: str
    shape: tuple[int, ...]
    order: tuple[int, ...]
    rgb: bool
    color: Color
    precision: Precision
    limits: ValueRange
    model: str
    sha256: str
    scale: int
    halo: int
    block: int = BLOCK

    def as_json(self) -> dict[str, Any]:
        """Give plain values, as they come back from JSON."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    def levels(self) -> list[tuple[int, ...]]:
        """Shapes of the target's levels, the finest first."""
        stack, (height, width), colours = self._split()
        shape = (*stack, self.scale * height, self.scale * width, *colours)
        return halved_shapes(self._ordered(shape), SMALLEST)

    def chunks(self) -> tuple[int, ...]:
        """Shape of a chunk: one block of one plane, with all its colours."""
        stack, _, colours = self._split()
        side = self.scale * self.block
        return self._ordered((*(1 for _ in stack), side, side, *colours))

    def pieces(self, level: int) -> Iterator[Piece]:
        """Give the pieces of a level; those of all levels before must be written before these."""
        if level:
            return _halved_pieces(level, self.levels()[level], self.chunks())
        stack, plane, _ = self._split()
        return _upscaled_pieces(Grid((*stack, *plane), self.block, self.halo), self.order)

    def _split(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Part the source's shape: stack, Y and X, colour."""
        y = len(self.shape) - (3 if self.rgb else 2)
        return self.shape[:y], self.shape[y : y + 2], self.shape[y + 2 :]

    def _ordered(self, lengths: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(lengths[axis] for axis in self.order)


def _upscaled_pieces(grid: Grid, order: tuple[int, ...]) -> Iterator[Piece]:
    """Give the pieces of the first level; the chunks of colour are whole."""
    for block in grid:
        index = (*block.index, *(0 for _ in range(len(order) - len(block.index))))
        yield Piece(0, tuple(index[axis] for axis in order), block)


def _halved_pieces(level: int, shape: tuple[int, ...], chunks: tuple[int, ...]) -> Iterator[Piece]:
    """Give the pieces of another level, to be written when the one before is complete."""
    counts = (-(-length // chunk) for length, chunk in zip(shape, chunks, strict=True))
    for index in product(*map(range, counts)):
        yield Piece(level, index)
