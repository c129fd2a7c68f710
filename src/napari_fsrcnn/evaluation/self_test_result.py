"""What a self-test found, in figures and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf, log10

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.evaluation.compare import Channels
from napari_fsrcnn.image.gain import gain

# In dB; of two pictures that differ by less nobody can say which is the better one.
_NOTICEABLE = 0.1
_LEVELS = 255
# In dB; that of a plane whose error is one level in the root mean square.
_FAINT = 20 * log10(_LEVELS)
# Pixels; the gain of fewer says little of another part of the same picture.
_FEW = 64 * 64

_WRITTEN = (
    "scale",
    "sample",
    "pixels",
    "data_range",
    "rgb",
    "channels",
    "bicubic",
    "models",
    "seen_by",
)


@dataclass(frozen=True)
class Restored:
    """Figures of one restoration.

    Attributes
    ----------
    name : str
        The model's, or "bicubic".
    psnr, ssim : float
        Against the original; PSNR in dB.
    psnr_gain, ssim_gain : float
        What it is better than bicubic.
    consistency : float
        Its exact downscale against what it was restored from, in dB.
    largest_error : float
        Against the original, of any pixel of the planes that count, as a part of the data range.
    """

    name: str
    psnr: float
    ssim: float
    psnr_gain: float
    ssim_gain: float
    consistency: float
    largest_error: float


@dataclass(frozen=True, eq=False)
class Region:
    """The gain of the best model over bicubic, by place.

    Attributes
    ----------
    gain : ndarray of float32, shape (..., Y, X)
        In dB, around each pixel of the sample (:mod:`napari_fsrcnn.evaluation.region_gain`).
    start : tuple of int
        Where the sample begins on each axis of the picture, in its pixels.
    """

    gain: NDArray[np.float32]
    start: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SelfTest:
    """How well a picture is restored after it was shrunk.

    Attributes
    ----------
    scale : int
    bicubic : Restored
    models : tuple of Restored
        The highest gain first.
    region : Region
        Of the best model.
    sample : str
        How much of the picture was measured.
    pixels : int
        How many pixels that were, without borders and planes that don't count.
    data_range : float
        Of PSNR and SSIM.
    rgb : bool
        Whether the picture is colour.
    channels : {"luma", "all"}
        Of colour, what was measured.
    seen_by : tuple of str
        Names of the models that were trained or chosen on this very picture.
    """

    scale: int
    bicubic: Restored
    models: tuple[Restored, ...]
    region: Region
    sample: str
    pixels: int
    data_range: float
    rgb: bool
    channels: Channels
    seen_by: tuple[str, ...] = ()

    @property
    def measured_on(self) -> str:
        """What the figures were taken on: how much of the picture, and which of its values."""
        values = {"luma": "Y", "all": "all channels"}[self.channels] if self.rgb else "grey values"
        return f"{self.sample}: {values}, data_range {self.data_range:g}, border of {self.scale} px cut"

    @property
    def best(self) -> Restored:
        """The model of the highest gain."""
        return self.models[0]

    @property
    def advice(self) -> str:
        """What to do with this picture, in a few sentences."""
        return " ".join(
            filter(None, [self._verdict, self._faintness, self._caution, self._acquaintance])
        )

    @property
    def _faintness(self) -> str:
        """Tell how large errors are whose mean says little, as a gain or a loss of it does then."""
        bicubic, best = self.bicubic, self.best
        if min(bicubic.psnr, best.psnr) <= _FAINT or isinf(bicubic.psnr):
            return ""
        return (
            f"Both errors are small on the whole (above {_FAINT:.0f} dB); the largest is "
            f"{_LEVELS * bicubic.largest_error:.2g} of {_LEVELS} levels with bicubic and "
            f"{_LEVELS * best.largest_error:.2g} with {best.name}."
        )

    @property
    def _caution(self) -> str:
        if self.pixels >= _FEW:
            return ""
        return (
            f"Only {self.pixels} pixels were measured, too few to be sure: test a larger picture of "
            f"this kind."
        )

    @property
    def _acquaintance(self) -> str:
        if not self.seen_by:
            return ""
        *others, last = self.seen_by
        which = f"{', '.join(others)} and {last} were" if others else f"{last} was"
        whose = "their gains say" if others else "its gain says"
        return f"{which} trained or chosen on this picture, so {whose} little."

    @property
    def _verdict(self) -> str:
        best, gained = self.best, f"{abs(self.best.psnr_gain):.2f} dB"
        name = best.name if len(self.models) == 1 else f"even the best model, {best.name},"
        instead = "Use bicubic, or train a model on your own pictures."
        if isinf(self.bicubic.psnr):
            return "Bicubic restores this picture without error: there is nothing to gain."
        if round(best.psnr_gain, 2) == 0:
            return f"On this picture {name} makes no difference to bicubic. {instead}"
        if best.psnr_gain < 0:
            return f"On this picture {name} loses {gained} against bicubic. {instead}"
        if best.psnr_gain < _NOTICEABLE:
            return (
                f"On this picture {name} gains only {gained} over bicubic, too little to be seen. "
                f"{instead}"
            )
        advice = f"Use {best.name}: it gains {gained} over bicubic on this picture."
        if round(best.ssim_gain, 4) < 0:
            advice += f" Its SSIM is lower, though, by {-best.ssim_gain:.4f}: compare the results."
        return advice

    def to_json(self) -> str:
        """Write all but the map as JSON; an infinite number, which JSON does not have, is null."""
        from pydantic_core import to_json

        figures = {name: getattr(self, name) for name in (*_WRITTEN, "advice")}
        return to_json(figures, indent=2, inf_nan_mode="null").decode()


def rank(measured: Sequence[tuple[str, float, float, float, float]]) -> tuple[Restored, ...]:
    """Hold restorations against the first of them, which is bicubic.

    Parameters
    ----------
    measured : sequence of (name, psnr, ssim, consistency, largest_error)

    Returns
    -------
    tuple of Restored
        Bicubic, and the others, the highest gain in dB first.

    Examples
    --------
    >>> measured = [("bicubic", 30.0, 0.8, 50.0, 0.5), ("a", 29.5, 0.7, 50.0, 0.5)]
    >>> [(restored.name, restored.psnr_gain) for restored in rank(measured)]
    [('bicubic', 0.0), ('a', -0.5)]
    """
    _, psnr, ssim, *_ = measured[0]
    bicubic, *models = (
        Restored(name, own_psnr, own_ssim, gain(own_psnr, psnr), gain(own_ssim, ssim), *others)
        for name, own_psnr, own_ssim, *others in measured
    )
    return (bicubic, *sorted(models, key=lambda model: model.psnr_gain, reverse=True))
