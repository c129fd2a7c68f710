"""What the axes of a picture are, and where its pixels lie on them, as OME-Zarr says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

_TYPES = {"t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}
_ORDER = {"time": 0, "channel": 1, "": 1, "space": 2}
_UNITS = {
    "µm": "micrometer",
    "\N{GREEK SMALL LETTER MU}m": "micrometer",
    "um": "micrometer",
    "micron": "micrometer",
    "microns": "micrometer",
    "nm": "nanometer",
    "mm": "millimeter",
    "cm": "centimeter",
    "m": "meter",
    "\N{LATIN CAPITAL LETTER A WITH RING ABOVE}": "angstrom",
    "\N{ANGSTROM SIGN}": "angstrom",
    "pixel": "",
    "pixels": "",
    "s": "second",
    "sec": "second",
    "ms": "millisecond",
}


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes
    ----------
    name : str
        "t", "c", "z", "y", "x", or any other.
    type : str
        "time", "channel", "space", or "" where it is none of these.
    unit : str
        Of scale and translation, in full as OME-Zarr has it ("micrometer"); "" where none is known.
    scale : float
        From one pixel to the next.
    translation : float
        Where the centre of the first pixel lies.
    """

    name: str
    type: str = ""
    unit: str = ""
    scale: float = 1.0
    translation: float = 0.0

    def resampled(self, factor: float) -> Axis:
        """Describe the same extent in ``factor`` times as many pixels.

        Examples
        --------
        >>> Axis("x", "space", "micrometer", scale=0.4).resampled(2)
        Axis(name='x', type='space', unit='micrometer', scale=0.2, translation=-0.1)
        """
        shift = self.scale * (1 / factor - 1) / 2
        return replace(self, scale=self.scale / factor, translation=self.translation + shift)


def named_axis(name: str, unit: str = "", scale: float = 1.0) -> Axis:
    """Describe an axis by the letter that a file gives it.

    Examples
    --------
    >>> named_axis("Z", "µm", 2.0)
    Axis(name='z', type='space', unit='micrometer', scale=2.0, translation=0.0)
    """
    name = name.lower()
    return Axis(name, _TYPES.get(name, ""), _UNITS.get(unit, unit), scale)


def resample_plane(axes: Sequence[Axis], factor: float) -> tuple[Axis, ...]:
    """Describe axes of which the last two, Y and X, have ``factor`` times as many pixels."""
    *stack, y, x = axes
    return (*stack, y.resampled(factor), x.resampled(factor))


def ome_order(axes: Sequence[Axis]) -> tuple[int, ...]:
    """Find the order that OME-Zarr wants: time, then channel, then z, y and x.

    Parameters
    ----------
    axes : sequence of Axis
        Y before X, wherever they are.

    Returns
    -------
    tuple of int
        Positions in `axes`.

    Raises
    ------
    ValueError
        OME-Zarr has no place for these axes.

    Examples
    --------
    >>> ome_order([named_axis(letter) for letter in "ZYXC"])
    (3, 0, 1, 2)
    """
    kinds = [axis.type for axis in axes]
    others = sum(kind in {"channel", ""} for kind in kinds)
    if len(axes) > 5 or kinds.count("time") > 1 or others > 1 or kinds.count("space") > 3:
        names = ", ".join(axis.name for axis in axes)
        raise ValueError(
            f"OME-Zarr holds time, one channel axis, z, y and x, but the axes here are {names}: "
            f"split the picture first."
        )
    return tuple(sorted(range(len(axes)), key=lambda at: _ORDER.get(kinds[at], 1)))
