"""Upscale any picture: the way from an array to planes in [0, 1] and back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_fsrcnn.image.layout import check_picture, guess_rgb
from napari_fsrcnn.image.read import read
from napari_fsrcnn.image.value_range import ValueRange, find_value_range
from napari_fsrcnn.inference.prepared import Precision, prepare
from napari_fsrcnn.inference.restore import (
    Color,
    Picture,
    Restorer,
    bicubic_planes,
    check_color,
    with_alpha,
)
from napari_fsrcnn.inference.tile_choice import Size, choose_tile
from napari_fsrcnn.inference.tiles import Notice, Progress, count_tiles
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.networks.network import check_scale
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model


def upscale(  # noqa: PLR0913 - each has its default
    image: ArrayLike,
    model: str | Path | Model = "fsrcnn-x2",
    *,
    rgb: bool | None = None,
    value_range: tuple[float, float] | None = None,
    color: Color = "luma",
    device: str = "auto",
    precision: Precision = "float32",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    notice: Notice | None = None,
) -> NDArray[Any]:
    """Upscale a picture or a stack of pictures with a network.

    Parameters
    ----------
    image : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Any bool, integer or float dtype. Leading axes (time, z, channel) are independent planes.
    model : str, Path or Model
        A shipped name (:func:`napari_fsrcnn.list_models`), a file, or a loaded model. It decides
        the scale.
    rgb : bool, optional
        Whether the last axis is colour. By default it is if it has 3 or 4 values and the two axes
        before it are over 30 pixels long.
    value_range : tuple of two float, optional
        The values that the network sees as 0 and 1, one pair for the whole array. By default by
        the rule of :func:`napari_fsrcnn.image.value_range.find_value_range`.
    color : {"luma", "channels"}
        The network on Y and bicubic on Cb and Cr, or the network on each channel (right for
        fluorescence, where a pure red or blue structure has almost no Y). Alpha is bicubic.
    device : str
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    precision : {"float32", "bf16", "fp16"}
        Of the network's arithmetic: half precision where the device is faster with it and a
        deviation of a few thousandths of the value range does not matter.
    progress : callable, optional
        Called as ``progress(done, total)`` after each tile.
    stop : threading.Event, optional
        Looked at before each tile.
    notice : callable, optional
        Called with a sentence if memory runs out and the work goes on with smaller tiles or on the
        CPU.

    Returns
    -------
    ndarray, shape (..., scale * Y, scale * X) or (..., scale * Y, scale * X, 3 or 4)
        In the dtype of ``image`` (native byte order). Integers are rounded and clipped to the
        dtype's limits; float is not clipped.

    Raises
    ------
    ValueError
        If the array is complex, of objects, empty, of fewer than two axes, or contains NaN or
        infinity; if there is no such model, device or precision; if the value range is not low <= high.
    FileNotFoundError
        If the model's file does not exist.
    UpscaleStopped
        If ``stop`` was set.
    MemoryError
        If the host has too little memory.

    Examples
    --------
    >>> import numpy as np
    >>> upscale(np.zeros((5, 20, 31), np.uint16), "fsrcnn-x3", device="cpu").shape
    (5, 60, 93)
    """
    image, rgb = _picture(image, rgb=rgb)
    check_color(color)
    limits = (
        find_value_range(without_alpha(image, rgb=rgb))
        if value_range is None
        else check_value_range(value_range)
    )
    if not isinstance(model, Model):
        model = load_model(model)
    network = prepare(model.network, resolve_device(device), precision)
    tile = choose_tile(network, image.shape[-3:-1] if rgb else image.shape[-2:])
    tick = _counter(progress, _count(image, tile, color, rgb=rgb))
    restore = Restorer(network, limits, color, tile, tick, stop, notice)
    return _each_plane(image, 3 if rgb else 2, model.scale, restore)


def bicubic(image: ArrayLike, scale: int, *, rgb: bool | None = None) -> NDArray[Any]:
    """Enlarge a picture or a stack of pictures by MATLAB's bicubic: what networks are held against.

    Parameters
    ----------
    image, rgb
        As for :func:`upscale`.
    scale : int

    Returns
    -------
    ndarray
        Shape and dtype as of :func:`upscale`.

    Raises
    ------
    ValueError
        If the array is no picture or the scale is not from 2 to 8.

    Examples
    --------
    >>> import numpy as np
    >>> bicubic(np.full((2, 2), 7, np.uint8), 2)[0].tolist()
    [7, 7, 7, 7]
    """
    image, rgb = _picture(image, rgb=rgb)
    scale = check_scale(scale)
    if not rgb:
        return _each_plane(image, 2, scale, lambda plane: bicubic_planes(plane, scale))

    def enlarge_colours(colours: Picture) -> Picture:
        return np.moveaxis(bicubic_planes(np.moveaxis(colours, -1, 0), scale), 0, -1)

    return _each_plane(image, 3, scale, lambda picture: with_alpha(picture, scale, enlarge_colours))


def _picture(image: ArrayLike, *, rgb: bool | None) -> tuple[Picture, bool]:
    array = read(image)
    rgb = guess_rgb(array.shape) if rgb is None else rgb
    check_picture(array, rgb=rgb)
    return array, rgb


def check_value_range(value_range: tuple[float, float]) -> ValueRange:
    """Take a caller's value range, or refuse what is none."""
    try:
        low, high = (float(value) for value in value_range)
    except (TypeError, ValueError):  # not two numbers: refused as NaN is
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low <= high):
        raise ValueError(
            f"The value range must be (low, high) with low <= high, not {value_range}."
        )
    return ValueRange(low, high)


def without_alpha(image: Picture, *, rgb: bool) -> Picture:
    """Give the values that a value range is found from."""
    return image[..., :3] if rgb else image


def _count(image: Picture, tile: Size, color: Color, *, rgb: bool) -> int:
    """Tiles that the network sees."""
    *planes, height, width = image.shape[:-1] if rgb else image.shape
    channels = 3 if rgb and color == "channels" else 1
    return prod(planes) * channels * count_tiles(height, width, tile)


def _counter(progress: Progress | None, total: int) -> Callable[[], None] | None:
    if progress is None:
        return None
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    return tick


def _each_plane(
    image: Picture, axes: int, scale: int, restore: Callable[[Picture], Picture]
) -> NDArray[Any]:
    """Restore plane after plane into one array; ``axes`` is 2 for (Y, X), 3 for (Y, X, C)."""
    lead, (height, width, *colours) = image.shape[:-axes], image.shape[-axes:]
    shape = (*lead, scale * height, scale * width, *colours)
    result = np.empty(shape, image.dtype.newbyteorder("="))
    for index in np.ndindex(lead):
        result[index] = restore(image[index])
    return result
