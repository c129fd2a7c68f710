"""What every network promises to the floors that run it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from torch import nn

Module = TypeVar("Module", bound="nn.Module")

SCALES = range(2, 9)
"""Enlargements that a network may have: beyond 8 a 9 x 9 deconvolution no longer covers HR."""


class Network(Protocol):
    """A torch module that maps LR ``(N, 1, H, W)`` in [0, 1] to HR ``(N, 1, scale*H, scale*W)``.

    Attributes
    ----------
    scale : int
        Enlargement on both axes.
    halo : int
        LR pixels on each side that an output pixel depends on.
    hyperparameters : mapping
        JSON values; with them and the scale its architecture builds the same network again.
    """

    scale: int
    halo: int
    hyperparameters: Mapping[str, Any]


def check_scale(scale: int) -> int:
    """Give an enlargement back as an int, if a network can have it.

    Raises
    ------
    ValueError
        If it is not a whole number from 2 to 8.
    """
    if scale not in SCALES:
        raise ValueError(
            f"The scale must be a whole number from {SCALES[0]} to {SCALES[-1]}, not {scale}."
        )
    return int(scale)


def as_module(network: Network) -> nn.Module:
    """Give the network its other type: Python has no intersection of a class and a protocol."""
    return cast("nn.Module", network)


def freeze(module: Module) -> Module:
    """Let a module only compute from now on: nothing in it is trained. Return it.

    Examples
    --------
    >>> from torch import nn
    >>> frozen = freeze(nn.Conv2d(1, 1, 3))
    >>> frozen.training, frozen.weight.requires_grad
    (False, False)
    """
    module.train(mode=False)
    return module.requires_grad_(requires_grad=False)
