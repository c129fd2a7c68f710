"""Writing the pieces of an upscaled OME-Zarr image, each by itself and in any process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.files.ome_zarr_pyramid import open_levels
from napari_fsrcnn.files.open_picture import open_picture
from napari_fsrcnn.image.halve import halve
from napari_fsrcnn.image.read import read
from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler
from napari_fsrcnn.inference.executors import tell_client
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.inference.tiles import Notice
from napari_fsrcnn.inference.zarr_plan import Piece, Plan

if TYPE_CHECKING:
    from zarr import Array


@dataclass(frozen=True)
class PieceWriter:
    """Writes pieces.

    Attributes
    ----------
    source : array_like
        What is upscaled; has ``shape`` and gives slices.
    upscaler : BlockUpscaler
    scale : int
    levels : list of zarr.Array
        Of the image, laid out already (:func:`napari_fsrcnn.files.ome_zarr_pyramid.open_levels`).
    order : tuple of int
        The source's axes in the order of the target.
    notice : callable, optional
        As for :func:`napari_fsrcnn.upscale`.
    """

    source: Any
    upscaler: BlockUpscaler
    scale: int
    levels: list[Array[Any]]
    order: tuple[int, ...]
    notice: Notice | None = None

    def write(self, piece: Piece) -> None:
        """Compute a piece and write it; to do it twice does no harm."""
        if piece.block is None:
            self._write_halved(piece)
        else:
            self._write_upscaled(piece.block)

    def _write_upscaled(self, block: Block) -> None:
        colours = tuple(slice(0, n) for n in self.source.shape[-1:] if self.upscaler.rgb)
        region: NDArray[Any] = read(self.source[(*block.read, *colours)])
        upscaled = self.upscaler.upscale(region, block, self.notice).transpose(self.order)
        written = (*block.written(self.scale), *colours)
        self.levels[0][tuple(written[axis] for axis in self.order)] = upscaled

    def _write_halved(self, piece: Piece) -> None:
        finer, level = self.levels[piece.level - 1 : piece.level + 1]
        place = [
            slice(at * chunk, min((at + 1) * chunk, length))
            for at, chunk, length in zip(piece.index, level.chunks, level.shape, strict=True)
        ]
        doubled = [slice(2 * each.start, 2 * each.stop) for each in place[-2:]]
        level[tuple(place)] = halve(np.asarray(finer[(*place[:-2], *doubled)]))


@dataclass(frozen=True)
class FileJob:
    """All that a process which knows nothing needs to write pieces; what is large lies in files.

    Attributes
    ----------
    plan : Plan
        Of a picture that lies in files.
    model : str
        Path of the checkpoint.
    folder : str
        Of the image, laid out already.
    device : str
    """

    plan: Plan
    model: str
    folder: str
    device: str


def write_piece(job: FileJob, piece: Piece) -> None:
    """Write a piece; source and model are opened the first time."""
    _writer(job).write(piece)


@lru_cache(maxsize=4)
def _writer(job: FileJob) -> PieceWriter:
    plan = job.plan
    model = PortableModel(plan.model, Path(job.model).read_bytes())
    upscaler = BlockUpscaler(model, plan.limits, plan.rgb, plan.color, job.device, plan.precision)
    upscaler.find_tile(plan.shape)
    return PieceWriter(
        open_picture(Path(plan.source)).data,
        upscaler,
        plan.scale,
        open_levels(Path(job.folder)),
        plan.order,
        partial(tell_client, job.folder),
    )
