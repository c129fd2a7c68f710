"""Pairs as a network sees them: Y planes in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.image.colour import rgb2ycbcr
from napari_fsrcnn.image.degrade import BICUBIC, Degradation
from napari_fsrcnn.image.protocol import LEVELS, crop_to_multiple, luma, to_levels
from napari_fsrcnn.image.value_range import ValueRange, find_value_range, to_unit


@dataclass(frozen=True, eq=False)
class LumaPair:
    """LR and HR of one picture, ready for a network.

    Attributes
    ----------
    name : str
    lr : ndarray of float32, shape (Y, X)
        In [0, 1] by the value-range rule.
    hr : ndarray of float32, shape (scale * Y, scale * X)
    whole_levels : bool
        Whether the picture has 8 bits, so that results are rounded to whole levels before they are
        measured, as the literature does.
    fingerprint, label : str
        The pair's.
    """

    name: str
    lr: NDArray[np.float32]
    hr: NDArray[np.float32]
    whole_levels: bool
    fingerprint: str = ""
    label: str = ""


def luma_pair(pair: Pair, scale: int, degradation: Degradation = BICUBIC) -> LumaPair:
    """Take the Y plane of a pair by the protocol, and make LR where it is not given.

    Pictures of 8 bits follow the literature (Y in whole levels); others are mapped to [0, 1] with
    the value range of the file or layer that HR is a plane of, for LR too.

    Parameters
    ----------
    pair : Pair
    scale : int
    degradation : Degradation
        How LR is made where it is not given.

    Raises
    ------
    ValueError
        If the picture is too small, or LR is given and blur or noise asked for as well.
    """
    value_range = pair.value_range or find_value_range(pair.hr)
    if pair.lr is None:
        hr: NDArray[np.floating[Any]] = crop_to_multiple(
            _unit_luma(pair.hr, value_range, rgb=pair.rgb), scale
        )
        lr = degradation.make_lr(hr, scale, pair.name)
    elif not degradation.exact:
        raise ValueError(
            f"{pair.name} comes with its own LR, which is neither blurred nor made noisy: set blur "
            f"and noise to 0, or give HR pictures alone."
        )
    else:
        hr = _unit_luma(pair.hr, value_range, rgb=pair.rgb)
        lr = _unit_luma(pair.lr, value_range, rgb=pair.rgb)
    return LumaPair(
        pair.name,
        lr.astype(np.float32),
        hr.astype(np.float32),
        pair.hr.dtype == np.uint8,
        pair.fingerprint,
        pair.label,
    )


class Measurable(NamedTuple):
    """Two planes of HR's size and their data range: what PSNR and SSIM are taken from."""

    hr: NDArray[np.floating[Any]]
    restored: NDArray[np.floating[Any]]
    data_range: float


def measurable(pair: LumaPair, restored: NDArray[np.floating[Any]]) -> Measurable:
    """Put HR and a restored plane in [0, 1] into the form in which they are measured.

    Pictures of 8 bits are clipped and rounded to whole levels, as the literature does; others are
    taken as they are.
    """
    if pair.whole_levels:
        return Measurable(to_levels(pair.hr), to_levels(restored), LEVELS)
    return Measurable(pair.hr, restored, 1.0)


def _unit_luma(
    picture: NDArray[Any], value_range: ValueRange, *, rgb: bool
) -> NDArray[np.floating[Any]]:
    if picture.dtype == np.uint8:
        return luma(picture) / LEVELS
    unit = to_unit(picture, value_range)
    return rgb2ycbcr(unit[..., :3])[..., 0] if rgb else unit
