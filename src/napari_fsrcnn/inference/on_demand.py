"""The upscaled picture as an array that is computed where it is read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.read import read
from napari_fsrcnn.inference.upscaled_blocks import Index, UpscaledBlocks

Axes = tuple[range | int, ...]
"""Positions in the upscaled picture; one where an axis was dropped."""


class Part(NamedTuple):
    """What of a block lies in a view, and where."""

    block: Index
    inside: tuple[slice, ...]
    """Of the block."""
    place: tuple[slice, ...]
    """In the view, none of whose axes is dropped."""


class OnDemand:
    """A view of an upscaled picture: slices of it are views, and to make it an ndarray computes it.

    Parameters
    ----------
    blocks : UpscaledBlocks

    Raises
    ------
    ValueError
        When it is read, if there is NaN or infinity.

    Examples
    --------
    >>> from napari_fsrcnn.inference.block_cache import BlockCache
    >>> from napari_fsrcnn.inference.upscaled_blocks import upscaled_blocks
    >>> from napari_fsrcnn.weights.shipped import load_model
    >>> stack = np.zeros((5, 600, 400), np.uint16)
    >>> model, cache = load_model("fsrcnn-x3"), BlockCache(10**8)
    >>> picture = OnDemand(upscaled_blocks(stack, model, cache, rgb=False))
    >>> picture.shape, picture[2, 100:120:2, :30].shape
    ((5, 1800, 1200), (10, 30))
    >>> np.asarray(picture[2, 100:120:2, :30]).max()
    np.uint16(0)
    """

    def __init__(self, blocks: UpscaledBlocks, axes: Axes | None = None) -> None:
        self.blocks = blocks
        self._axes: Axes = tuple(map(range, blocks.shape)) if axes is None else axes

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(len(axis) for axis in self._axes if isinstance(axis, range))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the picture that is upscaled."""
        return self.blocks.dtype

    @property
    def chunks(self) -> tuple[tuple[int, ...], ...]:
        """Lengths of the picture's blocks along each axis."""
        return self.blocks.chunks

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> OnDemand:
        """Take a part, by integers, forward slices and an ellipsis."""
        keys = key if isinstance(key, tuple) else (key,)
        if Ellipsis in keys:
            at = keys.index(Ellipsis)
            rest = self.ndim - len(keys) + 1
            keys = (*keys[:at], *(slice(None) for _ in range(rest)), *keys[at + 1 :])
        if len(keys) > self.ndim or not all(_is_plain(each) for each in keys):
            raise IndexError(
                f"{key} is no index for {self.ndim} axes of integers and forward slices: make it "
                f"a numpy array first, with numpy.asarray."
            )
        left = iter(keys)
        return self._view(
            tuple(
                axis[next(left, slice(None))] if isinstance(axis, range) else axis
                for axis in self._axes
            )
        )

    def _view(self, axes: Axes) -> OnDemand:
        return OnDemand(self.blocks, axes)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001
        """Compute the view, block by block."""
        if copy is False:
            raise ValueError("What is computed when it is read can't be had without a copy.")
        values = np.empty(self.lengths, self.dtype)
        for part in self.parts():
            values[part.place] = self.blocks.compute(part.block)[part.inside]
        return np.asarray(self.without_dropped(values), dtype)

    @property
    def ranges(self) -> tuple[range, ...]:
        """The positions in the upscaled picture, those of dropped axes too."""
        return tuple(
            axis if isinstance(axis, range) else range(axis, axis + 1) for axis in self._axes
        )

    @property
    def lengths(self) -> tuple[int, ...]:
        """Lengths of all axes, dropped ones too."""
        return tuple(map(len, self.ranges))

    def parts(self) -> Iterator[Part]:
        """Give the parts of blocks that the view consists of."""
        axes = (_cuts(*each) for each in zip(self.ranges, self.blocks.sizes, strict=True))
        places = len(self._axes) - self.blocks.colour_axes
        for cuts in product(*map(list, axes)):
            numbers, inside, place = zip(*cuts, strict=True)
            yield Part(numbers[:places], inside, place)

    def rough(self) -> NDArray[Any]:
        """Give the view as the LR picture's own pixels, none of whose axes is dropped."""
        scale = self.blocks.scale
        zoom = [1] * len(self._axes)
        y = len(zoom) - 2 - self.blocks.colour_axes
        zoom[y : y + 2] = [scale, scale]
        positions = [np.asarray(each) // by for each, by in zip(self.ranges, zoom, strict=True)]
        if any(len(each) == 0 for each in positions):
            return np.empty(self.lengths, self.dtype)
        box = tuple(slice(int(each[0]), int(each[-1]) + 1) for each in positions)
        pixels = read(self.blocks.source[box])
        for axis, each in enumerate(positions):
            if len(each) != pixels.shape[axis] or zoom[axis] > 1:
                pixels = pixels.take(each - each[0], axis)
        return pixels.astype(self.dtype)

    def without_dropped(self, values: NDArray[Any]) -> NDArray[Any]:
        """Drop the axes for which integers were given."""
        return values[tuple(slice(None) if isinstance(axis, range) else 0 for axis in self._axes)]


def _is_plain(key: Any) -> bool:
    if isinstance(key, slice):
        return key.step is None or key.step > 0
    return isinstance(key, int | np.integer) and not isinstance(key, bool)


def _cuts(positions: range, size: int) -> Iterator[tuple[int, slice, slice]]:
    """Cut positions where blocks begin: the block, what of it, and where in the view.

    Examples
    --------
    >>> list(_cuts(range(3, 10, 2), 8))
    [(0, slice(3, 8, 2), slice(0, 3, None)), (1, slice(1, 2, 2), slice(3, 4, None))]
    """
    start = 0
    while start < len(positions):
        block, first = divmod(positions[start], size)
        stop = min(start - (first - size) // positions.step, len(positions))
        last = positions[stop - 1] % size
        yield block, slice(first, last + 1, positions.step), slice(start, stop)
        start = stop
