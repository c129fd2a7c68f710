"""The pair (low, high) that a picture's values are mapped to [0, 1] with, and back.

The networks have biases, so they work only on pictures that fill [0, 1]: 12-bit data divided by
65535 would lose many dB. One pair holds for all planes, channels and tiles of a picture.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

PERCENTILES = (0.1, 99.9)
RULE = (
    "bool (0, 1); uint8 (0, 255); float within [0, 1] that reaches 0.5 (0, 1); else percentiles 0.1 "
    "and 99.9, or so wide that extremes up to 256 times as far out lie at most half outside"
)

# A float picture that fills less of [0, 1], such as one of 12 bits divided by 65535, would lose more
# than 0.1 dB in it, and one that fills a millionth all that it shows.
_FILLED = 0.5
# Spans to the brightest and the darkest value: networks make far too much of what lies further out,
# such as beads and single molecules.
_FARTHEST = 1.5
# Where a value lies more spans out than that, making room for it would cost all others their detail.
_LARGEST = 256

# Enough values for percentiles that are stable to about 0.01 %, few enough to sort at once.
_SAMPLE = 4_000_000


class ValueRange(NamedTuple):
    """The values that become 0 and 1 in front of a network."""

    low: float
    high: float

    @property
    def span(self) -> float:
        """Distance between the two: the ``data_range`` of PSNR and SSIM."""
        return self.high - self.low


def find_value_range(image: NDArray[Any]) -> ValueRange:
    """Find the value range of a picture by the project's rule.

    bool is (0, 1); uint8 (0, 255); float inside [0, 1] that reaches 0.5, (0, 1); every other array
    its 0.1 and 99.9 percentiles. Where the maximum lies more than 1.5 spans above the low, as
    where a few spots are bright, high is moved up until it does not; low likewise. Spans beyond
    the 256th do not count, for a single value so far out is an error. Where the percentiles
    coincide (spots on black), the minimum and the maximum are taken instead.

    Parameters
    ----------
    image : ndarray
        Any bool, integer or float dtype, without NaN or infinity. Above four million values the
        percentiles come from an evenly spaced sample of them.

    Returns
    -------
    ValueRange

    Raises
    ------
    ValueError
        If the values span more than a float64 can hold.

    Examples
    --------
    >>> import numpy as np
    >>> find_value_range(np.zeros((4, 4), np.uint8))
    ValueRange(low=0.0, high=255.0)
    >>> find_value_range(np.linspace(0, 4095, 100_001).astype(np.uint16))
    ValueRange(low=4.0, high=4090.0)
    """
    if image.dtype == np.bool_:
        return ValueRange(0.0, 1.0)
    if image.dtype == np.uint8:
        return ValueRange(0.0, 255.0)
    minimum, maximum = float(image.min()), float(image.max())
    if image.dtype.kind == "f" and minimum >= 0 and _FILLED <= maximum <= 1:
        return ValueRange(0.0, 1.0)
    if not math.isfinite(maximum - minimum):
        raise ValueError(
            f"The image's values span more than a number can hold ({minimum:g} to {maximum:g}): "
            f"clip them first."
        )
    stride = -(-image.size // _SAMPLE)
    # Of all columns and channels: no common divisor with the length of any axis.
    while math.gcd(stride, image.size) > 1:
        stride += 1
    sample = image.reshape(-1)[::stride].astype(np.float64)
    low, high = (float(value) for value in np.percentile(sample, PERCENTILES))
    if low == high:
        return ValueRange(minimum, maximum)
    farthest = _LARGEST * (high - low)
    return ValueRange(
        min(low, high - min(high - minimum, farthest) / _FARTHEST),
        max(high, low + min(maximum - low, farthest) / _FARTHEST),
    )


def find_finite_range(image: NDArray[Any]) -> ValueRange:
    """Find the value range as :func:`find_value_range` does, less NaN and infinity.

    Raises
    ------
    ValueError
        As :func:`find_value_range`, or if there is nothing else.

    Examples
    --------
    >>> find_finite_range(np.array([np.nan, 0.5]))
    ValueRange(low=0.0, high=1.0)
    """
    finite = np.isfinite(image)
    if not finite.any():
        raise ValueError("The image contains nothing but NaN or infinity.")
    return find_value_range(image if finite.all() else image[finite])


def to_unit(image: NDArray[Any], value_range: ValueRange) -> NDArray[np.float32]:
    """Map values so that the range's low becomes 0 and its high 1, without clipping.

    A range of no width maps its one value to 0.

    Examples
    --------
    >>> import numpy as np
    >>> to_unit(np.array([0, 51, 255], np.uint8), ValueRange(0, 255)).tolist()
    [0.0, 0.20000000298023224, 1.0]
    """
    shifted = image.astype(_working_dtype(image.dtype)) - value_range.low
    return (shifted / (value_range.span or 1.0)).astype(np.float32, copy=False)


def from_unit(
    unit: NDArray[np.floating[Any]], value_range: ValueRange, dtype: DTypeLike
) -> NDArray[Any]:
    """Map [0, 1] back to the range, in the given dtype.

    Integers are rounded and clipped to the dtype's limits, never wrapped; bool is ``>= 0.5``;
    float is not clipped to the range, and stays finite.

    Examples
    --------
    >>> import numpy as np
    >>> from_unit(np.array([-0.1, 0.5, 1.1]), ValueRange(0, 255), np.uint8).tolist()
    [0, 128, 255]
    """
    target: np.dtype[Any] = np.dtype(dtype)
    values = unit.astype(_working_dtype(target))
    values *= value_range.span
    values += value_range.low
    if target == np.bool_:
        return np.asarray(values >= 0.5)
    if target.kind == "f":
        finite = np.finfo(target)
        return np.clip(values, finite.min, finite.max, out=values).astype(target, copy=False)
    limits = np.iinfo(target)
    highest = float(limits.max)
    if highest > limits.max:  # 2**63 - 1 has no double, and the next one up would wrap
        highest = math.nextafter(highest, 0)
    values += 0.5
    np.floor(values, out=values)
    return np.clip(values, limits.min, highest, out=values).astype(target)


def _working_dtype(dtype: np.dtype[Any]) -> np.dtype[np.floating[Any]]:
    """Choose float32 where it holds every value exactly, else float64."""
    exact = dtype.itemsize <= 2 or dtype == np.float32
    return np.dtype(np.float32 if exact else np.float64)
