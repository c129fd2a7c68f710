"""Does a model help on this very picture? It is shrunk, restored, and held against itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from napari_fsrcnn.evaluation.compare import channels_of, compare
from napari_fsrcnn.evaluation.consistency import consistency, shrink
from napari_fsrcnn.evaluation.region_gain import region_gain
from napari_fsrcnn.evaluation.sample import take_sample
from napari_fsrcnn.evaluation.seen import fingerprints_of, pictures_seen
from napari_fsrcnn.evaluation.self_test_result import Region, SelfTest, rank
from napari_fsrcnn.image.layout import guess_rgb
from napari_fsrcnn.image.value_range import ValueRange, find_value_range, from_unit
from napari_fsrcnn.inference.restore import Color
from napari_fsrcnn.inference.tiles import Progress
from napari_fsrcnn.inference.upscale import bicubic, upscale
from napari_fsrcnn.networks.network import check_scale
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import as_model, file_label, is_file_name, list_models

_AS_IS = ValueRange(0.0, 1.0)
_WINDOW = 8  # LR pixels: the gain of a region, not of a pixel


def self_test(
    image: ArrayLike,
    scale: int,
    models: str | Path | Model | Sequence[str | Path | Model] | None = None,
    *,
    rgb: bool | None = None,
    value_range: tuple[float, float] | None = None,
    color: Color = "luma",
    device: str = "auto",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> SelfTest:
    """Shrink a picture that has no reference, restore it, and measure how much models gain.

    The picture is cut to a multiple of ``scale``, shrunk by MATLAB's bicubic and rounded to its
    dtype, then restored by bicubic and by each model. PSNR and SSIM are those against the picture
    itself, with a border of ``scale`` pixels left out; of a stack, the means over the planes that
    bicubic does not restore without any error: elsewhere there is nothing to gain. Of a large
    picture or stack the middle is measured, about a million pixels; where that is empty, as much at
    an edge or a corner, or of another plane. Nothing else of a dask or Zarr array is read. Of a
    picture in memory, not too large, the advice says which models were trained or chosen on it.

    Parameters
    ----------
    image : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Any bool, integer or float dtype. Alpha does not count.
    scale : int
    models : str, Path or Model, or a sequence of these, optional
        As for :func:`napari_fsrcnn.load_model`. By default all shipped ones of this scale.
    rgb : bool, optional
        Whether the last axis is colour, as for :func:`napari_fsrcnn.upscale`.
    value_range : tuple of two float, optional
        The values that the networks see as 0 and 1. By default by the rule of
        :func:`napari_fsrcnn.image.value_range.find_value_range`, on what is measured. Its span is
        the ``data_range`` of PSNR and SSIM.
    color : {"luma", "channels"}
        As for :func:`napari_fsrcnn.upscale`; of colour, Y is measured, or all three channels.
    device : str
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    progress : callable, optional
        Called as ``progress(done, total)`` after each tile of each model.
    stop : threading.Event, optional
        Looked at before each tile, and before each plane that is measured.

    Returns
    -------
    SelfTest
        Figures of each model, the best first, its gain by region, and advice.

    Raises
    ------
    ValueError
        If the array is no picture, is too small or has the same value everywhere; if there is no
        model, no such one, or one of another scale; as :func:`napari_fsrcnn.upscale`.
    FileNotFoundError
        If a model's file does not exist.
    UpscaleStopped, ComparisonStopped
        If ``stop`` was set.

    Examples
    --------
    >>> discs = 200.0 * (np.sin(np.hypot(*np.mgrid[:60, :60]) / 2) > 0)
    >>> result = self_test(discs.astype(np.uint8), 3, ["fsrcnn-x3"], device="cpu")
    >>> result.best.name, result.best.psnr_gain > 0
    ('fsrcnn-x3', True)
    """
    scale = check_scale(scale)
    array: Any = image if hasattr(image, "ndim") else np.asarray(image)
    rgb = guess_rgb(array.shape) if rgb is None else rgb
    sample = take_sample(array, scale, rgb=rgb)
    hr = sample.hr
    loaded = _load(models, scale)
    limits = find_value_range(hr) if value_range is None else value_range
    channels = channels_of(color)
    lr = from_unit(shrink(hr, scale, rgb=rgb), _AS_IS, hr.dtype)
    baseline = bicubic(lr, scale, rgb=rgb)
    restored = [
        upscale(
            lr,
            model,
            rgb=rgb,
            value_range=limits,
            color=color,
            device=device,
            progress=_part(progress, done, len(loaded)),
            stop=stop,
        )
        for done, model in enumerate(loaded)
    ]
    how: dict[str, Any] = {"rgb": rgb, "channels": channels, "data_range": limits[1] - limits[0]}

    names, images = ["bicubic", *(model.name for model in loaded)], [baseline, *restored]
    found = [
        compare(hr, image, baseline=baseline, shave=scale, stop=stop, **how) for image in images
    ]
    measured = [
        (
            name,
            each.psnr,
            each.ssim,
            consistency(lr, image, scale, rgb=rgb, channels=channels).psnr,
            each.largest_error,
        )
        for name, image, each in zip(names, images, found, strict=True)
    ]
    best = restored[int(np.argmax([psnr for _, psnr, *_ in measured[1:]]))]
    first, *others = rank(measured)
    pictures = fingerprints_of(array, rgb=rgb)
    gained = region_gain(hr, best, baseline, window=_WINDOW * scale + 1, **how)
    *planes, rows, columns = gained.shape
    return SelfTest(
        scale=scale,
        bicubic=first,
        models=tuple(others),
        region=Region(gained, sample.start),
        sample=_without(sample.description, found[0].left_out),
        seen_by=tuple(each.name for each in loaded if pictures & pictures_seen(each).sure),
        pixels=(prod(planes) - found[0].left_out) * (rows - 2 * scale) * (columns - 2 * scale),
        **how,
    )


def _without(sample: str, planes: int) -> str:
    if not planes:
        return sample
    left_out = "1 plane" if planes == 1 else f"{planes} planes"
    return f"{sample}, less {left_out} that bicubic restores without error"


def _load(
    models: str | Path | Model | Sequence[str | Path | Model] | None, scale: int
) -> list[Model]:
    names = list_models(scale) if models is None else models
    if isinstance(names, str | Path | Model):
        names = [names]
    if not names:
        raise ValueError(f"There is no model x{scale} to test: train one, or name one of your own.")
    return [_labelled(name, scale) for name in names]


def _labelled(name: str | Path | Model, scale: int) -> Model:
    model = as_model(name, scale)
    if isinstance(name, Model) or not is_file_name(name):
        return model
    return replace(model, name=file_label(Path(name)))


def _part(progress: Progress | None, done: int, total: int) -> Progress | None:
    """Let the tiles of one model count as its part of all."""
    if progress is None:
        return None
    return lambda tiles, each: progress(done * each + tiles, total * each)
