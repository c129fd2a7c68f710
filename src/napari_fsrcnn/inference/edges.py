"""What lies outside a picture, laid on where a tile touches the picture's own edge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

EdgeMode = Literal["replicate", "zeros", "mirror"]


class Edges(NamedTuple):
    """Which sides of a tile are the picture's own."""

    top: bool
    bottom: bool
    left: bool
    right: bool


def extend(maps: Tensor, before: int, after: int, mode: EdgeMode, edges: Edges) -> Tensor:
    """Lay on ``before`` pixels above and left and ``after`` below and right, at edges alone.

    Parameters
    ----------
    maps : Tensor, shape (N, C, H, W)
    before, after : int
    mode : {"replicate", "zeros", "mirror"}
        The edge pixel repeated; zeros; or the picture mirrored with its edge pixel repeated, over
        and over where it is small.
    edges : Edges

    Returns
    -------
    Tensor
        ``maps`` themselves where nothing is laid on.

    Examples
    --------
    >>> maps = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    >>> extend(maps, 2, 1, "mirror", Edges(False, False, True, False))
    tensor([[[[2., 1., 1., 2., 3.]]]])
    """
    top, bottom = before * edges.top, after * edges.bottom
    left, right = before * edges.left, after * edges.right
    if mode == "zeros":
        sides = (left, right, top, bottom)
        return functional.pad(maps, sides) if any(sides) else maps
    maps = _extend_axis(maps, 2, top, bottom, mode)
    return _extend_axis(maps, 3, left, right, mode)


def _extend_axis(maps: Tensor, axis: int, before: int, after: int, mode: EdgeMode) -> Tensor:
    if not (before or after):
        return maps
    length = maps.shape[axis]

    def lines(outside: Iterable[int]) -> Tensor:
        inside = [_inside(position, length, mode) for position in outside]
        return maps.index_select(axis, torch.tensor(inside, dtype=torch.int64, device=maps.device))

    return torch.cat([lines(range(-before, 0)), maps, lines(range(length, length + after))], axis)


def _inside(position: int, length: int, mode: EdgeMode) -> int:
    """Find the line of the picture that stands for one outside."""
    if mode == "replicate":
        return min(max(position, 0), length - 1)
    position %= 2 * length
    return min(position, 2 * length - 1 - position)
