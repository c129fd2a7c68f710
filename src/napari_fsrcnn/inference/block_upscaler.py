"""Blocks of a picture that are upscaled one by one, in any order and in any process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from numpy.typing import NDArray

from napari_fsrcnn.image.layout import check_layout, check_picture
from napari_fsrcnn.image.sampled_range import sample_value_range
from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.inference.prepared import Precision
from napari_fsrcnn.inference.restore import Color, Restorer, check_color
from napari_fsrcnn.inference.spans import Span, spans
from napari_fsrcnn.inference.tile_choice import choose_tile
from napari_fsrcnn.inference.tiles import Notice
from napari_fsrcnn.inference.upscale import check_value_range
from napari_fsrcnn.networks.bicubic import BicubicUpsample
from napari_fsrcnn.weights.model import Model

BLOCK = 512
"""LR pixels along Y and X that are upscaled at once."""


@dataclass(frozen=True)
class Block:
    """A block of one plane: where it lies.

    Attributes
    ----------
    index : tuple of int
        Of the plane in its stack, and then of the block along Y and along X.
    y, x : Span
        In LR pixels.
    """

    index: tuple[int, ...]
    y: Span
    x: Span

    @property
    def read(self) -> tuple[slice, ...]:
        """What of the stack is read for it, colour apart: one plane, with the halo."""
        planes = (slice(at, at + 1) for at in self.index[:-2])
        return (*planes, *(slice(each.read_start, each.read_stop) for each in (self.y, self.x)))

    def inner(self, scale: int) -> tuple[slice, slice]:
        """Where the block itself lies in what was read, once upscaled."""
        y, x = (
            slice(scale * (each.start - each.read_start), scale * (each.stop - each.read_start))
            for each in (self.y, self.x)
        )
        return y, x

    def written(self, scale: int) -> tuple[slice, ...]:
        """Where it lies in the upscaled stack, colour apart."""
        planes = (slice(at, at + 1) for at in self.index[:-2])
        return (*planes, *(slice(scale * s.start, scale * s.stop) for s in (self.y, self.x)))


@dataclass(frozen=True)
class Grid:
    """The blocks of a stack of planes.

    Attributes
    ----------
    shape : tuple of int, (..., Y, X)
    size : int
        LR pixels of a block along Y and X.
    halo : int
        LR pixels around it that are read with it.

    Raises
    ------
    ValueError
        If the size is below 1.
    """

    shape: tuple[int, ...]
    size: int
    halo: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"The block must be at least one pixel wide, not {self.size}.")

    def __iter__(self) -> Iterator[Block]:
        """Give block after block, plane after plane."""
        rows, columns = (list(spans(length, self.size, self.halo)) for length in self.shape[-2:])
        for plane in product(*map(range, self.shape[:-2])):
            for (row, y), (column, x) in product(enumerate(rows), enumerate(columns)):
                yield Block((*plane, row, column), y, x)

    def chunks(self, scale: int) -> tuple[tuple[int, ...], ...]:
        """Lengths of the upscaled blocks along each axis."""
        return (
            *((1,) * length for length in self.shape[:-2]),
            *(
                tuple(scale * (span.stop - span.start) for span in spans(length, self.size, 0))
                for length in self.shape[-2:]
            ),
        )


@dataclass(frozen=True)
class BlockUpscaler:
    """Upscales blocks of a picture, each as it would come out of the whole.

    Attributes
    ----------
    model : PortableModel
    limits : ValueRange
        The values that the network sees as 0 and 1, the same for all blocks.
    rgb : bool
        Whether the last axis is colour.
    color : {"luma", "channels"}
        As for :func:`napari_fsrcnn.upscale`.
    device : str
        Of the process in which a block is computed.
    precision : {"float32", "bf16", "fp16"}
        As for :func:`napari_fsrcnn.upscale`.
    """

    model: PortableModel
    limits: ValueRange
    rgb: bool = False
    color: Color = "luma"
    device: str = "auto"
    precision: Precision = "float32"

    def find_tile(self, shape: tuple[int, ...]) -> None:
        """Find the fastest tile where a picture of that shape is large, as no block of it is."""
        y = len(shape) - (3 if self.rgb else 2)
        choose_tile(self.model.network(self.device, self.precision), (shape[y], shape[y + 1]))

    def upscale(
        self, region: NDArray[Any], block: Block, notice: Notice | None = None
    ) -> NDArray[Any]:
        """Upscale what was read for a block, and cut off the halo.

        Parameters
        ----------
        region : ndarray, shape (1, ..., Y, X) or (1, ..., Y, X, 3 or 4)
        block : Block
        notice : callable, optional
            As for :func:`napari_fsrcnn.upscale`.

        Returns
        -------
        ndarray, shape (1, ..., scale * Y, scale * X) or (1, ..., scale * Y, scale * X, 3 or 4)
            In the region's dtype (native byte order).

        Raises
        ------
        ValueError
            If the region contains NaN or infinity.
        """
        check_picture(region, rgb=self.rgb)
        network = self.model.network(self.device, self.precision)
        restore = Restorer(network, self.limits, self.color, notice=notice)
        axes = 3 if self.rgb else 2
        picture = region.reshape(region.shape[-axes:])
        restored = restore(picture.astype(picture.dtype.newbyteorder("="), copy=False))
        inner = restored[block.inner(network.scale)]
        return inner.reshape(*region.shape[:-axes], *inner.shape)


def block_upscaler(
    image: Any,
    model: Model,
    *,
    rgb: bool,
    value_range: tuple[float, float] | None,
    color: Color,
    device: str,
    precision: Precision,
) -> BlockUpscaler:
    """Make ready to upscale an array in blocks; arguments as for :func:`napari_fsrcnn.upscale_lazy`.

    Raises
    ------
    ValueError
        If the array can be no picture, or an argument is wrong.
    """
    check_layout(image.shape, image.dtype, rgb=rgb)
    check_color(color)
    limits = (
        sample_value_range(image, rgb=rgb)
        if value_range is None
        else check_value_range(value_range)
    )
    return BlockUpscaler(PortableModel.of(model), limits, rgb, color, device, precision)


def needed_halo(model: Model, *, rgb: bool) -> int:
    """LR pixels around a block that its values depend on: colour may need more than the network."""
    return max(model.halo, BicubicUpsample.halo) if rgb else model.halo
