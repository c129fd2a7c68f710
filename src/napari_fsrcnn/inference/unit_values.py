"""The way to [0, 1] and back on the device that has the network.

So only the picture's own values travel to a GPU and back: a byte where [0, 1] takes four.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from napari_fsrcnn.image.value_range import ValueRange


@dataclass(frozen=True)
class UnitValues:
    """:func:`~napari_fsrcnn.image.value_range.to_unit` and ``from_unit`` for tensors.

    Attributes
    ----------
    limits : ValueRange
    dtype : torch.dtype
        Of the picture: one that :func:`travels`.
    """

    limits: ValueRange
    dtype: torch.dtype

    @classmethod
    def of(cls, dtype: DTypeLike, limits: ValueRange) -> UnitValues:
        """Find torch's name of a picture's dtype."""
        native = np.dtype(dtype).newbyteorder("=")
        return cls(limits, torch.from_numpy(np.empty(0, native)).dtype)

    def to_unit(self, values: Tensor) -> Tensor:
        """Map the range's low to 0 and its high to 1, in float32.

        Examples
        --------
        >>> bytes = UnitValues(ValueRange(0, 255), torch.uint8)
        >>> bytes.to_unit(torch.tensor([0, 51, 255], dtype=torch.uint8))
        tensor([0.0000, 0.2000, 1.0000])
        """
        return values.float().sub(self.limits.low).div_(self.limits.span or 1.0)

    def from_unit(self, unit: Tensor) -> Tensor:
        """Map 0 to the range's low and 1 to its high, in the picture's dtype.

        Examples
        --------
        >>> UnitValues(ValueRange(0, 255), torch.uint8).from_unit(torch.tensor([-0.1, 0.5, 1.1]))
        tensor([  0, 128, 255], dtype=torch.uint8)
        """
        values = unit.mul(self.limits.span).add_(self.limits.low)
        if self.dtype == torch.bool:
            return values >= 0.5
        if self.dtype.is_floating_point:
            finite = torch.finfo(self.dtype)
            return values.clamp_(finite.min, finite.max).to(self.dtype)
        whole = torch.iinfo(self.dtype)
        return values.add_(0.5).floor_().clamp_(whole.min, whole.max).to(self.dtype)


def travels(dtype: DTypeLike) -> bool:
    """Say whether values can go to a device as they are: float32 holds each of them exactly."""
    dtype = np.dtype(dtype).newbyteorder("=")
    return dtype.itemsize <= 2 or dtype == np.float32
