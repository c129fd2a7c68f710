"""The pieces that an upscaled OME-Zarr image is written in, each by itself and in any process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.files.ome_zarr_pyramid import open_level
from napari_fsrcnn.image.halve import halve
from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler, Grid


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
class PieceWriter:
    """Writes pieces.

    Attributes
    ----------
    source : array_like
        What is upscaled; has ``shape`` and gives slices.
    upscaler : BlockUpscaler
    scale : int
    folder : Path
        Of the image, laid out already.
    order : tuple of int
        The source's axes in the order of the target.
    """

    source: Any
    upscaler: BlockUpscaler
    scale: int
    folder: Path
    order: tuple[int, ...]

    def write(self, piece: Piece) -> None:
        """Compute a piece and write it; to do it twice does no harm."""
        if piece.block is None:
            self._write_halved(piece)
        else:
            self._write_upscaled(piece.block)

    def _write_upscaled(self, block: Block) -> None:
        colours = tuple(slice(0, n) for n in self.source.shape[-1:] if self.upscaler.rgb)
        region: NDArray[Any] = np.asarray(self.source[(*block.read, *colours)])
        upscaled = self.upscaler.upscale(region, block).transpose(self.order)
        written = (*block.written(self.scale), *colours)
        open_level(self.folder, 0)[tuple(written[axis] for axis in self.order)] = upscaled

    def _write_halved(self, piece: Piece) -> None:
        finer, level = (open_level(self.folder, piece.level - below) for below in (1, 0))
        place = [
            slice(at * chunk, min((at + 1) * chunk, length))
            for at, chunk, length in zip(piece.index, level.chunks, level.shape, strict=True)
        ]
        doubled = [slice(2 * each.start, 2 * each.stop) for each in place[-2:]]
        level[tuple(place)] = halve(np.asarray(finer[(*place[:-2], *doubled)]))


def upscaled_pieces(grid: Grid, order: tuple[int, ...]) -> Iterator[Piece]:
    """Give the pieces of the first level; the chunks of colour are whole."""
    for block in grid:
        index = (*block.index, *(0 for _ in range(len(order) - len(block.index))))
        yield Piece(0, tuple(index[axis] for axis in order), block)


def halved_pieces(level: int, shape: tuple[int, ...], chunks: tuple[int, ...]) -> Iterator[Piece]:
    """Give the pieces of another level, to be written when the one before is complete."""
    counts = (-(-length // chunk) for length, chunk in zip(shape, chunks, strict=True))
    for index in product(*map(range, counts)):
        yield Piece(level, index)
