"""A network's weights as the papers count them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

_KERNEL_AXES = 4
"""Of a convolution's weights; biases and PReLU slopes, which the papers do not count, have one."""


def kernel_weights(shapes: Iterable[Sequence[int]]) -> int:
    """Count the weights of the convolutions, given the shapes of all parameters.

    Examples
    --------
    >>> kernel_weights([(56, 1, 5, 5), (56,)])
    1400
    """
    return sum(prod(shape) for shape in shapes if len(shape) == _KERNEL_AXES)
