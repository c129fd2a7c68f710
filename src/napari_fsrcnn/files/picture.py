"""A picture in memory together with what a file says about its axes and pixels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# What ImageJ counts in pixels: outlines in a format of its own, and the origin of its axes.
_IMAGEJ_OUTLINES = frozenset({"ROI", "Overlays"})
_IMAGEJ_ORIGIN = frozenset({"xorigin", "yorigin"})


@dataclass(frozen=True, eq=False)
class Picture:
    """Samples of one file, any number of planes, with the description that the file gives.

    Attributes
    ----------
    data : ndarray
        ``(..., Y, X)``, or ``(..., Y, X, 3)`` and ``(..., Y, X, 4)`` where `rgb` is true; the
        dtype is the file's own.
    rgb : bool
        Whether the last axis is colour (RGB, or RGBA).
    axes : str
        One letter an axis, in tifffile's code (T time, Z, C channel, Y, X, S colour sample,
        Q unknown). Derived from the shape where it is not given.
    pixel_size : mapping of str to float
        Size of a pixel in `unit` along the axes named by their letters, of Z, Y and X. Empty
        where the file does not say. Of T, the time from one to the next, in seconds.
    unit : str
        Unit of `pixel_size`, such as "µm", "inch" or "cm"; "" where the file does not say.
    imagej : mapping
        What ImageJ keeps beside that: labels, display ranges, colour tables, frame interval.
    channels : tuple of mapping
        What OME-TIFF says of each channel by its own names, such as "Name" and "Color", in the
        order of C; empty where the file does not say.
    others : int
        How many other images the file holds, of which none is here.
    premultiplied : bool
        Whether the colours have been multiplied by alpha.
    icc_profile : bytes
        What the colours mean, as the file says it; empty where it does not.

    Raises
    ------
    ValueError
        The axes do not fit the data, or do not end in Y and X (and S, for colour).
    """

    data: NDArray[Any]
    rgb: bool = False
    axes: str = ""
    pixel_size: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    imagej: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[Mapping[str, str], ...] = ()
    others: int = 0
    premultiplied: bool = False
    icc_profile: bytes = b""

    def __post_init__(self) -> None:
        last = "YXS" if self.rgb else "YX"
        axes = self.axes or "Q" * (self.data.ndim - len(last)) + last
        if len(axes) != self.data.ndim or not axes.endswith(last):
            raise ValueError(
                f"Axes {axes!r} do not describe an array of shape {self.data.shape}: one letter "
                f"an axis is needed, the last of them {last!r}."
            )
        object.__setattr__(self, "axes", axes)

    def enlarged(self, data: NDArray[Any], scale: int) -> Picture:
        """Return `data`, this picture upscaled by `scale` along Y and X, described as this one.

        The pixels become smaller by `scale` along Y and X only: other axes are stacks of planes.
        ImageJ's outlines (ROI, overlays) are left out, since they would lie elsewhere.

        Parameters
        ----------
        data : ndarray
            The upscaled samples, with the axes of this picture.
        scale : int
            How many pixels now lie where one was, along Y and along X.

        Examples
        --------
        >>> import numpy as np
        >>> stack = Picture(np.zeros((2, 3, 4)), pixel_size={"Z": 2.0, "Y": 0.4, "X": 0.4})
        >>> dict(stack.enlarged(np.zeros((2, 6, 8)), 2).pixel_size)
        {'Z': 2.0, 'Y': 0.2, 'X': 0.2}
        """
        pixel_size = {
            axis: size / scale if axis in "YX" else size for axis, size in self.pixel_size.items()
        }
        imagej = {
            key: scale * float(value) if key in _IMAGEJ_ORIGIN else value
            for key, value in self.imagej.items()
            if key not in _IMAGEJ_OUTLINES
        }
        return replace(self, data=data, pixel_size=pixel_size, imagej=imagej, others=0)

    def planes(self) -> list[tuple[tuple[int, ...], NDArray[Any]]]:
        """Return each plane ``(Y, X)`` or ``(Y, X, 3 or 4)`` with its index in the stack.

        A picture that is no stack has one plane, at index ``()``.
        """
        stack_shape = self.data.shape[: self.data.ndim - (3 if self.rgb else 2)]
        return [(index, self.data[index]) for index in np.ndindex(stack_shape)]
