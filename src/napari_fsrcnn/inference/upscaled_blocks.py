"""The blocks of an upscaled picture, each computed when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.read import read
from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.inference.block_upscaler import (
    Block,
    BlockUpscaler,
    Grid,
    block_upscaler,
    needed_halo,
)
from napari_fsrcnn.inference.prepared import Precision, check_precision
from napari_fsrcnn.inference.restore import Color
from napari_fsrcnn.inference.spans import spans
from napari_fsrcnn.inference.tiles import Notice
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.weights.model import Model

Index = tuple[int, ...]
"""Of a block: its plane in the stack, then along Y and X."""


class UpscaledBlocks:
    """The blocks of an upscaled picture, each computed when it is asked for, in any thread.

    Parameters
    ----------
    source : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        numpy, dask, Zarr, or any other array that gives slices.
    upscaler : BlockUpscaler
    scale, halo : int
        The model's scale, and the LR pixels around a block that are read with it.
    cache : BlockCache
        Keeps what was computed.
    side : int
        LR pixels of a block along Y and X.

    Attributes
    ----------
    shape : tuple of int
        Of the upscaled picture.
    sizes : tuple of int
        Of a block, axis by axis: one plane, and all colours.
    colour_axes : int
        1 if the last axis is colour, else 0.
    chunks : tuple of tuple of int
        Lengths of all blocks along each axis, as dask has them.
    dtype : dtype
    """

    def __init__(
        self,
        source: Any,
        upscaler: BlockUpscaler,
        scale: int,
        halo: int,
        cache: BlockCache,
        *,
        side: int,
    ) -> None:
        self.source = source
        self.scale = scale
        self.cache = cache
        self.upscaler = upscaler
        self._upscale: Callable[..., NDArray[Any]] = upscaler.upscale
        self._name = uuid4()
        self.colour_axes = int(upscaler.rgb)
        axes = len(source.shape) - self.colour_axes
        self._colours = tuple(source.shape[axes:])
        *stack, height, width = source.shape[:axes]
        self._read_side = side + 2 * halo
        self._spans = [list(spans(length, side, halo)) for length in (height, width)]
        self.shape: tuple[int, ...] = (*stack, scale * height, scale * width, *self._colours)
        self.sizes: tuple[int, ...] = (
            *(1 for _ in stack),
            scale * side,
            scale * side,
            *self._colours,
        )
        grid = Grid((*stack, height, width), side, halo)
        self.chunks = (*grid.chunks(scale), *((length,) for length in self._colours))
        self.dtype: np.dtype[Any] = np.dtype(source.dtype).newbyteorder("=")

    @property
    def nbytes(self) -> int:
        """Bytes that a whole block takes."""
        return math.prod(self.sizes) * self.dtype.itemsize

    @property
    def read_nbytes(self) -> int:
        """Bytes that are read for a whole block, with its halo."""
        return math.prod((self._read_side, self._read_side, *self._colours)) * self.dtype.itemsize

    def known(self, index: Index) -> NDArray[Any] | None:
        """Look up a block that was computed before."""
        return self.cache.get((self._name, index))

    def compute(self, index: Index, notice: Notice | None = None) -> NDArray[Any]:
        """Give a block, which has as many axes as the picture.

        Parameters
        ----------
        index : tuple of int
        notice : callable, optional
            As for :func:`napari_fsrcnn.upscale`.

        Raises
        ------
        ValueError
            If what is read for it contains NaN or infinity.
        """
        block = self.known(index)
        if block is None:
            row, column = index[-2:]
            place = Block(index, self._spans[0][row], self._spans[1][column])
            colours = tuple(slice(0, length) for length in self._colours)
            region = read(self.source[(*place.read, *colours)])
            block = self._upscale(region, place, notice)
            self.cache.put((self._name, index), block)
        return block

    def warm_up(self) -> None:
        """Do before the first look what is done only once: the network goes to its device."""
        self.upscaler.find_tile(self.source.shape)
        index = (0,) * (len(self.sizes) - self.colour_axes)
        block = Block(index, self._spans[0][0], self._spans[1][0])
        lengths = [part.stop - part.start for part in block.read]
        self.upscaler.upscale(np.zeros((*lengths, *self._colours), self.dtype), block)

    def upscaled_by(self, upscale: Callable[..., NDArray[Any]]) -> UpscaledBlocks:
        """Give the same blocks, kept in the same place, which are upscaled elsewhere.

        Parameters
        ----------
        upscale : callable
            As :meth:`BlockUpscaler.upscale`.
        """
        blocks = copy(self)
        blocks._upscale = upscale  # noqa: SLF001
        return blocks

    def not_kept(self) -> UpscaledBlocks:
        """Give the same blocks, none of which is kept or was computed before."""
        blocks = copy(self)
        blocks.cache = BlockCache(0)
        return blocks

    def drop(self) -> None:
        """Free what was computed."""
        self.cache.drop(self._name)


def upscaled_blocks(
    image: Any,
    model: Model,
    cache: BlockCache,
    *,
    rgb: bool,
    color: Color = "luma",
    device: str = "auto",
    precision: Precision = "float32",
) -> UpscaledBlocks:
    """Make ready to upscale an array where it is read.

    Parameters
    ----------
    image, model, rgb, color, device
        As for :func:`napari_fsrcnn.inference.lazy.upscale_lazy`, and so are the values.
    cache : BlockCache
    precision : {"float32", "bf16", "fp16"}
        As for :func:`napari_fsrcnn.upscale`.

    Raises
    ------
    ValueError
        As :func:`napari_fsrcnn.inference.lazy.upscale_lazy`.
    """
    check_precision(precision, resolve_device(device))
    upscaler = block_upscaler(
        image,
        model,
        rgb=rgb,
        value_range=None,
        color=color,
        device=device,
        precision=precision,
    )
    height, width = image.shape[-3:-1] if rgb else image.shape[-2:]
    # Small blocks for what is looked at in parts; no halos where it is looked at as a whole.
    side = 512 if max(height, width) <= 512 else 256
    halo = needed_halo(model, rgb=rgb)
    return UpscaledBlocks(image, upscaler, model.scale, halo, cache, side=side)
