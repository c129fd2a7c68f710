"""One picture whose HR is known: restored from its LR, and measured by the literature's protocol."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from napari_fsrcnn.datasets.luma import luma_pair, measurable
from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.evaluation.figures import ImageScore
from napari_fsrcnn.image.metrics import SSIM_WINDOW, psnr, ssim
from napari_fsrcnn.image.protocol import LEVELS
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.inference.prepared import Prepared
from napari_fsrcnn.inference.tiles import upscale_plane

LR = Literal["made", "given"]

Floating = NDArray[np.floating[Any]]


class Trial:
    """The Y plane of a picture as HR and LR, for any number of networks.

    Parameters
    ----------
    pair : Pair
    scale : int
    lr : {"made", "given"}
        As for :func:`napari_fsrcnn.evaluate`.

    Attributes
    ----------
    scale : int
    planes : LumaPair
    bicubic : ndarray, shape (scale * Y, scale * X)
        LR enlarged by MATLAB's bicubic, in [0, 1].
    data_range : float
        Of PSNR and SSIM, in the picture's own values.

    Raises
    ------
    ValueError
        If the picture is too small to be measured at the scale, or comes without the LR that is
        asked for.
    """

    def __init__(self, pair: Pair, scale: int, lr: LR = "made") -> None:
        _check_size(pair, scale)
        value_range = pair.value_range or find_value_range(pair.hr)
        self.planes = luma_pair(replace(_with_lr(pair, lr), value_range=value_range), scale)
        self.data_range = LEVELS if self.planes.whole_levels else value_range.span
        self.bicubic: Floating = imresize(self.planes.lr, scale)
        self.scale = scale

    def restore(self, network: Prepared, stop: threading.Event | None = None) -> Floating:
        """Enlarge LR by a network (:func:`napari_fsrcnn.inference.prepared.prepare`).

        Returns
        -------
        ndarray of float32, shape (scale * Y, scale * X)
            In [0, 1], not clipped.

        Raises
        ------
        UpscaleStopped
            If ``stop`` was set; it is looked at before each tile.
        """
        return upscale_plane(network, torch.from_numpy(self.planes.lr), stop=stop).numpy()

    def score(self, restored: Floating) -> ImageScore:
        """Measure a restored plane and bicubic against HR, a border of ``scale`` pixels left out."""
        network, bicubic = self._measure(restored), self._bicubic_figures
        return ImageScore(
            name=self.planes.name,
            psnr=network[0],
            ssim=network[1],
            bicubic_psnr=bicubic[0],
            bicubic_ssim=bicubic[1],
            data_range=self.data_range,
        )

    def error(self, restored: Floating) -> Floating:
        """How far each pixel of a restored plane is from HR, as a part of the data range.

        Returns
        -------
        ndarray, shape (scale * Y, scale * X)
            0 or more; its mean square gives the PSNR, but for the border.
        """
        hr, image, data_range = measurable(self.planes, restored)
        return np.abs(image - hr) / data_range

    @cached_property
    def _bicubic_figures(self) -> tuple[float, float]:
        return self._measure(self.bicubic)

    def _measure(self, restored: Floating) -> tuple[float, float]:
        hr, image, data_range = measurable(self.planes, restored)
        return (
            psnr(hr, image, data_range=data_range, shave=self.scale),
            ssim(hr, image, data_range=data_range, shave=self.scale),
        )


def try_out(pair: Pair | Unusable, scale: int, lr: LR = "made") -> Trial | Unusable:
    """Make a trial of what was read, if that can be measured."""
    if isinstance(pair, Unusable):
        return pair
    try:
        return Trial(pair, scale, lr)
    except ValueError as error:
        return Unusable(pair.name, error)


def nothing_measured(seen: Collection[str], unusable: Sequence[Unusable]) -> ValueError:
    """Say why not a single picture is measured.

    Parameters
    ----------
    seen : collection of str
        Names of those that the models were trained or chosen on.
    unusable : sequence of Unusable
    """
    if not unusable:
        return ValueError(
            "What is evaluated was trained or chosen on every one of these pictures: evaluate it on "
            "others."
        )
    first = unusable[0].sentence
    if not seen:
        return ValueError(f"No picture can be measured. {first}")
    names = {each.name for each in unusable}
    return ValueError(
        f"Nothing is left to measure: of these pictures, {len(seen)} can't count because they were "
        f"trained or chosen on, and {len(names)} can't be measured. {first}"
    )


def _check_size(pair: Pair, scale: int) -> None:
    """Refuse a picture in which SSIM's window has no room inside the border."""
    least = -(-(SSIM_WINDOW + 2 * scale) // scale) * scale
    height, width = pair.hr.shape[:2]
    if min(height, width) < least:
        raise ValueError(
            f"its {height} x {width} pixels are too few to be measured at x{scale}: give a picture "
            f"of at least {least} x {least}."
        )


def _with_lr(pair: Pair, lr: LR) -> Pair:
    if lr == "made":
        return replace(pair, lr=None)
    if pair.lr is None:
        raise ValueError("it comes without a ready-made LR: evaluate with LR made from HR.")
    return pair
