"""Figures of pictures by models, and their means: without torch, for tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from napari_fsrcnn.image.gain import gain

# In dB; finer than 16 bits can show. Bicubic of an empty float picture has rounding errors too.
_EXACT = 100.0


def counted(bicubic_psnr: Sequence[float]) -> NDArray[np.bool_]:
    """Tell which pictures or planes count in a mean: those that bicubic does not restore exactly.

    Elsewhere, as where all is black, there is nothing to gain, and an infinite PSNR would hide all
    others. If bicubic restores all of them, all count.

    Examples
    --------
    >>> counted([30.0, float("inf")]).tolist(), counted([float("inf")]).tolist()
    ([True, False], [True])
    """
    inexact = np.asarray(bicubic_psnr) < _EXACT
    return inexact if inexact.any() else ~inexact


class ImageScore(BaseModel):
    """Figures of one picture: PSNR in dB, SSIM in [-1, 1].

    Attributes
    ----------
    data_range : float or None
        Of PSNR and SSIM, in the picture's own values; None of a mean over several.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    psnr: float
    ssim: float
    bicubic_psnr: float
    bicubic_ssim: float
    data_range: float | None

    @property
    def psnr_gain(self) -> float:
        """What the model is better than bicubic, in dB."""
        return gain(self.psnr, self.bicubic_psnr)

    @property
    def ssim_gain(self) -> float:
        """By how much the model's SSIM is above bicubic's."""
        return gain(self.ssim, self.bicubic_ssim)


def n_counted(scores: Sequence[ImageScore]) -> int:
    """Tell how many pictures their means are over (:func:`counted`)."""
    return int(counted([score.bicubic_psnr for score in scores]).sum())


def mean_score(scores: Sequence[ImageScore], name: str = "mean") -> ImageScore:
    """Mean of each figure over the pictures that count (:func:`counted`), one at least.

    Examples
    --------
    >>> figures = {"ssim": 1, "bicubic_psnr": 1, "bicubic_ssim": 1, "data_range": 255}
    >>> mean_score([ImageScore(name=n, psnr=int(n), **figures) for n in "24"]).psnr
    3.0
    """
    figures = ("psnr", "ssim", "bicubic_psnr", "bicubic_ssim")
    counts = counted([score.bicubic_psnr for score in scores])
    means = {
        each: float(np.mean([getattr(score, each) for score in scores], where=counts))
        for each in figures
    }
    ranges = data_ranges(scores)
    return ImageScore(name=name, **means, data_range=ranges[0] if len(ranges) == 1 else None)


def data_ranges(scores: Sequence[ImageScore]) -> list[float]:
    """List the data ranges of the pictures that count (:func:`counted`), each once, sorted."""
    counts = counted([score.bicubic_psnr for score in scores])
    ranges = {score.data_range for score in compress(scores, counts)}
    return sorted(each for each in ranges if each is not None)


@dataclass(frozen=True)
class ModelScore:
    """Figures of one picture by one model.

    Attributes
    ----------
    model : str
    scale : int
        The model's.
    image : ImageScore
    """

    model: str
    scale: int
    image: ImageScore


@dataclass(frozen=True)
class LeftOut:
    """A picture that a model was trained or chosen on, and is not measured on."""

    model: str
    picture: str


@dataclass(frozen=True)
class ModelMean(ModelScore):
    """Means of a model.

    Attributes
    ----------
    counted, pictures : int
        Pictures that the means are over (:func:`counted`), and all that were measured.
    """

    counted: int
    pictures: int


def mean_scores(scores: Sequence[ModelScore]) -> list[ModelMean]:
    """Mean over the pictures of each model, in the order in which the models come first."""
    return [
        ModelMean(model, scale, mean_score(theirs), n_counted(theirs), len(theirs))
        for (model, scale), theirs in _by_model(scores).items()
    ]


def counted_scores(scores: Sequence[ModelScore]) -> list[bool]:
    """Tell of each whether it counts in its model's mean (:func:`counted`)."""
    by_model = {
        model: iter(counted([image.bicubic_psnr for image in theirs]))
        for model, theirs in _by_model(scores).items()
    }
    return [bool(next(by_model[score.model, score.scale])) for score in scores]


def _by_model(scores: Sequence[ModelScore]) -> dict[tuple[str, int], list[ImageScore]]:
    by_model: dict[tuple[str, int], list[ImageScore]] = {}
    for score in scores:
        by_model.setdefault((score.model, score.scale), []).append(score.image)
    return by_model
