"""Run a network over a plane tile by tile, exactly as over the whole plane.

The networks' receptive field is small, so a tile that is read with its true halo gives the same
numbers as the whole plane. At the plane's own edge there is no halo, and the network's padding
applies there, layer by layer, as it would on the whole. No blending, no seams.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor

from napari_fsrcnn.inference.edges import Edges
from napari_fsrcnn.inference.executors import run_in_threads
from napari_fsrcnn.inference.prepared import CPU, Prepared
from napari_fsrcnn.inference.spans import Tile, Tiles, batches, halves
from napari_fsrcnn.inference.tile_choice import Size, choose_tile, tiles_at_once
from napari_fsrcnn.inference.unit_values import UnitValues
from napari_fsrcnn.networks.out_of_memory import is_out_of_memory
from napari_fsrcnn.networks.threads import count_threads

LEAST = 16
"""LR pixels: a tile that is not longer is not divided, for its halo would weigh more than it."""

_STOPPED = "Upscaling was stopped."

Progress = Callable[[int, int], None]
Notice = Callable[[str], None]


class UpscaleStopped(RuntimeError):
    """Raised when ``stop`` is set before the result is complete."""


def count_tiles(height: int, width: int, tile: Size) -> int:
    """Count the tiles of a plane.

    Examples
    --------
    >>> count_tiles(129, 256, (128, 256))
    2
    """
    return -(-height // tile[0]) * -(-width // tile[1])


Run = Callable[[Prepared, Tensor, Edges], Tensor]


def run_network(network: Prepared, tiles: Tensor, edges: Edges) -> Tensor:
    """Upscale grey tiles ``(N, Y, X)`` in [0, 1]."""
    return cast("Tensor", network(tiles[:, None], edges))[:, 0]


@dataclass(frozen=True)
class Plane:
    """A plane of any kind, grey or in colour, read and written tile by tile.

    Attributes
    ----------
    shape : tuple of two int
        Y and X, LR.
    read : callable
        ``read(rows, columns)`` gives a tile as a tensor (Y, X) or (Y, X, C) on the host.
    write : callable
        ``write(rows, columns, hr)`` takes its result, in HR pixels, likewise.
    values : UnitValues, optional
        What these tensors hold. By default float32 in [0, 1].
    run : callable
        ``run(network, tiles, edges)`` upscales a batch of tiles in [0, 1].
    halo : int
        LR pixels on each side that it needs, if not the network itself needs more.
    """

    shape: Size
    read: Callable[[slice, slice], Tensor]
    write: Callable[[slice, slice, Tensor], None]
    values: UnitValues | None = None
    run: Run = run_network
    halo: int = 0


def run_tiles(
    network: Prepared,
    plane: Plane,
    tile: Size,
    *,
    batch: int = 1,
    after_tile: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
    notice: Notice | None = None,
) -> None:
    """Read, upscale and write tile after tile.

    On the CPU as many at once as torch has threads, one thread each: threads that shared a tile
    would wait for each other after each layer, and for the slowest where other work is going on.
    Where memory runs out, tiles are divided; where even small ones do not fit on another device,
    the CPU goes on.

    Parameters
    ----------
    network : Prepared
    plane : Plane
    tile : tuple of two int
        Tile size in LR pixels without halo.
    batch : int
        Tiles that one run of the network takes, where they are of the same form. Not where each
        thread has a tile of its own.
    after_tile : callable, optional
        Called after each tile.
    stop : threading.Event, optional
        Looked at before each batch.
    notice : callable, optional
        Called with a sentence when memory runs out and the work goes on in another way.

    Raises
    ------
    UpscaleStopped
        If ``stop`` was set.
    MemoryError
        If the host has too little memory even for a small tile.
    """
    work = _Work(network, plane, notice or (lambda _: None))
    advance = after_tile or (lambda: None)
    alone = list(batches(plane.shape, tile, work.halo, 1))
    if network.device == CPU and min(len(alone), count_threads()) > 1:
        if not run_in_threads(work.run, alone, after_task=advance, stop=stop):
            raise UpscaleStopped(_STOPPED)
        return
    for group in batches(plane.shape, tile, work.halo, batch):
        if stop is not None and stop.is_set():
            raise UpscaleStopped(_STOPPED)
        work.run(group)
        for _ in group:
            advance()


def upscale_plane(
    network: Prepared,
    plane: Tensor,
    *,
    tile: Size | None = None,
    batch: int | None = None,
    after_tile: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
    notice: Notice | None = None,
) -> Tensor:
    """Upscale one plane.

    Parameters
    ----------
    network : Prepared
        On the device to run on (:func:`napari_fsrcnn.inference.prepared.prepare`).
    plane : Tensor of float32, shape (Y, X)
        LR in [0, 1], on the host: only tiles travel to the device.
    tile : tuple of two int, optional
        Tile size in LR pixels without halo. By default what is fastest here
        (:func:`napari_fsrcnn.inference.tile_choice.choose_tile`).
    batch : int, optional
        Tiles at once; by default one on the CPU, more on others.
    after_tile, stop, notice
        As for :func:`run_tiles`.

    Returns
    -------
    Tensor of float32, shape (scale * Y, scale * X)
        On the host.

    Raises
    ------
    UpscaleStopped
        If ``stop`` was set.
    MemoryError
        If the host has too little memory even for a small tile.
    """
    height, width = plane.shape
    tile = tile or choose_tile(network, (height, width))
    # numpy asks Linux for large pages, which torch does not: of fewer pages each is made ready.
    result = torch.from_numpy(np.empty((network.scale * height, network.scale * width), np.float32))

    def write(rows: slice, columns: slice, hr: Tensor) -> None:
        result[rows, columns] = hr

    source = Plane((height, width), lambda rows, columns: plane[rows, columns], write)
    batch = batch or tiles_at_once(network, tile)
    run_tiles(network, source, tile, batch=batch, after_tile=after_tile, stop=stop, notice=notice)
    return result


@dataclass(frozen=True)
class _Work:
    network: Prepared
    plane: Plane
    notice: Notice

    @property
    def halo(self) -> int:
        return max(self.network.halo, self.plane.halo)

    @torch.inference_mode()
    def run(self, group: Tiles) -> None:
        """Run a batch, in parts where memory is known not to suffice for it as it is."""
        parts = halves(group, self.plane.shape, self.halo, LEAST)
        most = self.network.most
        if not parts or most is None or _pixels(group) <= most:
            outputs = self._outputs(group, divisible=bool(parts))
            if outputs is not None:
                for tile, output in zip(group, outputs, strict=True):
                    self._write(tile, output)
                return
        # What memory there is has changed, and with it perhaps the device.
        for part in parts or [group]:
            self.run(part)

    def _outputs(self, group: Tiles, *, divisible: bool) -> Tensor | None:
        """Run a batch; None if memory does not suffice and another way was found."""
        sources = [self.plane.read(*_reading(tile)) for tile in group]
        given = torch.stack(sources)
        try:
            outputs = self._upscale(given, group[0].edges)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            self._find_room(group, divisible=divisible)
            return None
        self.network.counters.add(len(group), _pixels(group), given.nbytes)
        return outputs

    def _upscale(self, given: Tensor, edges: Edges) -> Tensor:
        """Convert where the device can, so that little travels."""
        where, values = self.network.converts_on, self.plane.values
        given = given.to(where)
        unit = given if values is None else values.to_unit(given)
        hr = self.plane.run(self.network, unit, edges).to(where)
        return (hr if values is None else values.from_unit(hr)).to(CPU)

    def _find_room(self, group: Tiles, *, divisible: bool) -> None:
        network, (y, x, _) = self.network, group[0]
        size = f"tiles of {y.stop - y.start} x {x.stop - x.start} LR pixels"
        if divisible:
            network.most = _pixels(group) // 2
            self.notice(f"Memory ran out with {len(group)} {size}: going on with less at once.")
        elif network.device != CPU:
            self.notice(f"The memory of {network.device} does not suffice: going on on the CPU.")
            network.move_to_cpu()
        else:
            raise MemoryError(
                f"There is too little memory even for {size}: close other programs, or upscale a "
                f"part of the picture."
            )

    def _write(self, tile: Tile, output: Tensor) -> None:
        """Write what a tile is there for: at the plane's edges it has more, and where it must."""
        network, scale = self.network, self.network.scale
        top = 0 if tile.edges.top else network.before
        left = 0 if tile.edges.left else network.before
        rows, columns = (slice(scale * s.start, scale * s.stop) for s in (tile.y, tile.x))
        first = scale * (tile.y.start - tile.y.read_start) - top
        second = scale * (tile.x.start - tile.x.read_start) - left
        inner = output[
            first : first + rows.stop - rows.start, second : second + columns.stop - columns.start
        ]
        network.counters.add(copied=inner.nbytes)
        self.plane.write(rows, columns, inner)


def _reading(tile: Tile) -> tuple[slice, slice]:
    return slice(*tile.y[2:]), slice(*tile.x[2:])


def _pixels(group: Tiles) -> int:
    return sum(tile.pixels for tile in group)
