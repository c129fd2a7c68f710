"""Run a network over a plane tile by tile, exactly as over the whole plane.

The networks' receptive field is small, so a tile that is read with its true halo gives the same
numbers as the whole plane. At the plane's own edge there is no halo, and the network's padding
applies there as it would on the whole; at a cut edge the halo's own output, which that padding
spoils, is cut off. No blending, no seams.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from napari_fsrcnn.networks.network import Network, as_module

# LR pixels: small enough for the activations to stay in a processor's cache.
TILE = (128, 256)

Progress = Callable[[int, int], None]


class UpscaleStopped(RuntimeError):
    """Raised when ``stop`` is set before the result is complete."""


class Span(NamedTuple):
    """One tile on one axis, in LR pixels: what it writes, and what it reads."""

    start: int
    stop: int
    read_start: int
    read_stop: int


def spans(length: int, tile: int, halo: int) -> Iterator[Span]:
    """Cut an axis into tiles, each read with its halo as far as the axis goes.

    Examples
    --------
    >>> [tuple(span) for span in spans(10, 6, 2)]
    [(0, 6, 0, 8), (6, 10, 4, 10)]
    """
    for start in range(0, length, tile):
        stop = min(start + tile, length)
        yield Span(start, stop, max(start - halo, 0), min(stop + halo, length))


def count_tiles(height: int, width: int, tile: tuple[int, int] = TILE) -> int:
    """Count the tiles of a plane.

    Examples
    --------
    >>> count_tiles(129, 256)
    2
    """
    return -(-height // tile[0]) * -(-width // tile[1])


def prepare(network: Network, device: torch.device) -> Network:
    """Copy a network to the device, laid out for speed."""
    module: nn.Module = copy.deepcopy(as_module(network)).eval().requires_grad_(False)
    return module.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@torch.inference_mode()
def upscale_plane(
    network: Network,
    plane: Tensor,
    *,
    tile: tuple[int, int] = TILE,
    after_tile: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
) -> Tensor:
    """Upscale one plane.

    Parameters
    ----------
    network : Network
        On the device to run on (:func:`prepare`).
    plane : Tensor of float32, shape (Y, X)
        LR in [0, 1], on the host: only tiles travel to the device.
    tile : tuple of two int
        Tile size in LR pixels without halo.
    after_tile : callable, optional
        Called after each tile.
    stop : threading.Event, optional
        Looked at before each tile.

    Returns
    -------
    Tensor of float32, shape (scale * Y, scale * X)
        On the host.

    Raises
    ------
    UpscaleStopped
        If ``stop`` was set.
    """
    module, scale = as_module(network), network.scale
    device = next(module.parameters()).device
    height, width = plane.shape
    result = torch.empty(scale * height, scale * width)
    for y in spans(height, tile[0], network.halo):
        for x in spans(width, tile[1], network.halo):
            if stop is not None and stop.is_set():
                raise UpscaleStopped("Upscaling was stopped.")
            source = plane[y.read_start : y.read_stop, x.read_start : x.read_stop]
            batch = source[None, None].to(device).contiguous(memory_format=torch.channels_last)
            output = module(batch)[0, 0]
            inner = output[
                scale * (y.start - y.read_start) : scale * (y.stop - y.read_start),
                scale * (x.start - x.read_start) : scale * (x.stop - x.read_start),
            ]
            result[scale * y.start : scale * y.stop, scale * x.start : scale * x.stop] = inner
            if after_tile is not None:
                after_tile()
    return result
