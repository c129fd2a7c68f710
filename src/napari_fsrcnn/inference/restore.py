"""One picture through the network: to [0, 1], colour apart, and back to its own dtype."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from napari_fsrcnn.image.resize import bicubic_within, imresize
from napari_fsrcnn.image.value_range import ValueRange, from_unit, to_unit
from napari_fsrcnn.inference.luma import upscale_luma
from napari_fsrcnn.inference.prepared import Prepared
from napari_fsrcnn.inference.tile_choice import Size, choose_tile, tiles_at_once
from napari_fsrcnn.inference.tiles import Notice, Plane, Run, run_network, run_tiles
from napari_fsrcnn.inference.unit_values import UnitValues, travels
from napari_fsrcnn.networks.bicubic import BicubicUpsample

Color = Literal["luma", "channels"]

Picture = NDArray[Any]

# Numbers as they are, rounded and clipped only where the dtype asks for it.
_AS_IS = ValueRange(0.0, 1.0)


@dataclass(frozen=True)
class Restorer:
    """Upscales one picture ``(Y, X)`` or ``(Y, X, 3 or 4)`` after another.

    Every pixel depends on its surroundings alone, so a block that is read with its true halo gives
    what the whole picture gives.

    Attributes
    ----------
    network : Prepared
        On the device to run on (:func:`napari_fsrcnn.inference.prepared.prepare`).
    limits : ValueRange
        The values that the network sees as 0 and 1.
    color : {"luma", "channels"}
        As for :func:`napari_fsrcnn.upscale`.
    tile : tuple of two int, optional
        By default what is fastest here.
    after_tile, stop, notice
        As for :func:`napari_fsrcnn.inference.tiles.run_tiles`.
    """

    network: Prepared
    limits: ValueRange
    color: Color = "luma"
    tile: Size | None = None
    after_tile: Callable[[], None] | None = None
    stop: threading.Event | None = None
    notice: Notice | None = None

    def __call__(self, picture: Picture) -> Picture:
        """Upscale a picture, in its own dtype."""
        if picture.ndim == 2:
            return self._restore(picture)
        restore = self._restore_luma if self.color == "luma" else self._restore_channels
        return with_alpha(picture, self.network.scale, restore)

    def _restore_luma(self, rgb: Picture) -> Picture:
        return self._restore(rgb, upscale_luma, BicubicUpsample.halo)

    def _restore_channels(self, picture: Picture) -> Picture:
        channels = [self._restore(channel) for channel in np.moveaxis(picture, -1, 0)]
        return np.stack(channels, axis=-1)

    def _restore(self, picture: Picture, run: Run = run_network, halo: int = 0) -> Picture:
        """Upscale tile by tile, so that [0, 1] is nowhere held for the whole picture."""
        native = picture.dtype.newbyteorder("=")
        height, width, *colours = picture.shape
        scale = self.network.scale
        result = np.empty((scale * height, scale * width, *colours), native)
        as_it_is = travels(native)
        values = UnitValues.of(native, self.limits) if as_it_is else None

        def read(rows: slice, columns: slice) -> torch.Tensor:
            part = picture[rows, columns]
            mine = part.astype(native, order="C") if as_it_is else to_unit(part, self.limits)
            return torch.from_numpy(mine)

        def write(rows: slice, columns: slice, hr: torch.Tensor) -> None:
            part = hr.numpy()
            result[rows, columns] = part if as_it_is else from_unit(part, self.limits, native)

        self._run(Plane((height, width), read, write, values, run, halo))
        return result

    def _run(self, plane: Plane) -> None:
        tile = self.tile or choose_tile(self.network, plane.shape)
        run_tiles(
            self.network,
            plane,
            tile,
            batch=tiles_at_once(self.network, tile),
            after_tile=self.after_tile,
            stop=self.stop,
            notice=self.notice,
        )


def check_color(color: str) -> None:
    """Refuse what is no way to treat colour."""
    if color not in get_args(Color):
        raise ValueError(f"The color must be 'luma' or 'channels', not {color!r}.")


def with_alpha(picture: Picture, scale: int, restore: Callable[[Picture], Picture]) -> Picture:
    """Restore the colours, and enlarge alpha, if there is one, by bicubic that never overshoots."""
    colours = restore(picture[..., :3])
    if picture.shape[-1] == 3:
        return colours
    alpha = picture[..., 3]
    enlarged = from_unit(bicubic_within(alpha, scale), _AS_IS, alpha.dtype)
    return np.concatenate([colours, enlarged[..., np.newaxis]], axis=-1)


def bicubic_planes(planes: Picture, scale: int) -> Picture:
    """Enlarge planes by MATLAB's bicubic, in their own dtype."""
    return from_unit(imresize(planes, scale), _AS_IS, planes.dtype)
