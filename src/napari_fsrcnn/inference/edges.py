"""What lies outside a picture, where a tile touches the picture's own edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from napari_fsrcnn.networks.bicubic import mirror

PaintedMode = Literal["replicate", "zeros"]
EdgeMode = PaintedMode | Literal["mirror"]

Margins = Sequence[int]
"""Pixels of a map that lie outside the picture: at its top, bottom, left and right."""


class Edges(NamedTuple):
    """Which sides of a tile are the picture's own."""

    top: bool
    bottom: bool
    left: bool
    right: bool


INSIDE = Edges(top=False, bottom=False, left=False, right=False)
WHOLE = Edges(top=True, bottom=True, left=True, right=True)


def extend(maps: Tensor, margins: Margins, mode: EdgeMode) -> Tensor:
    """Lay on what lies outside the picture.

    Parameters
    ----------
    maps : Tensor, shape (N, C, H, W)
    margins : sequence of four int
    mode : {"replicate", "zeros", "mirror"}
        The edge pixel repeated; zeros; or the picture mirrored with its edge pixel repeated, over
        and over where it is small.

    Returns
    -------
    Tensor
        ``maps`` themselves where nothing is laid on.

    Examples
    --------
    >>> maps = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    >>> extend(maps, (0, 0, 2, 0), "mirror")
    tensor([[[[2., 1., 1., 2., 3.]]]])
    """
    top, bottom, left, right = margins
    if mode == "zeros":
        return functional.pad(maps, (left, right, top, bottom)) if any(margins) else maps
    maps = _extend_axis(maps, 2, top, bottom, mode)
    return _extend_axis(maps, 3, left, right, mode)


def paint(maps: Tensor, margins: Margins, mode: PaintedMode) -> None:
    """Write what lies outside the picture over the margins of a map, in place.

    Parameters
    ----------
    maps : Tensor, shape (N, C, H, W)
    margins : sequence of four int
        Smaller than the map.
    mode : {"replicate", "zeros"}

    Examples
    --------
    >>> maps = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    >>> paint(maps, (0, 0, 1, 0), "replicate")
    >>> maps
    tensor([[[[2., 2., 3.]]]])
    """
    for axis, (before, after) in ((2, margins[:2]), (3, margins[2:])):
        end = maps.shape[axis] - after
        for start, length, edge in ((0, before, before), (end, after, end - 1)):
            if length:
                outside = maps.narrow(axis, start, length)
                if mode == "zeros":
                    outside.zero_()
                else:
                    outside.copy_(maps.narrow(axis, edge, 1))


def _extend_axis(maps: Tensor, axis: int, before: int, after: int, mode: EdgeMode) -> Tensor:
    if not (before or after):
        return maps
    if mode == "mirror":
        return mirror(maps, axis, before, after)
    length = maps.shape[axis]
    positions = torch.arange(-before, length + after, device=maps.device)
    return maps.index_select(axis, positions.clamp(0, length - 1))
