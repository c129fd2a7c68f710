"""Upscaling as a dask array: each block is computed when it is asked for, wherever that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from napari_fsrcnn.image.layout import guess_rgb
from napari_fsrcnn.inference.block_upscaler import (
    BLOCK,
    BlockUpscaler,
    Grid,
    block_upscaler,
    needed_halo,
)
from napari_fsrcnn.inference.prepared import Precision, check_precision
from napari_fsrcnn.inference.regions import region_reader
from napari_fsrcnn.inference.restore import Color
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model

if TYPE_CHECKING:
    import dask.array as da


def upscale_lazy(
    image: Any,
    model: str | Path | Model = "fsrcnn-x2",
    *,
    rgb: bool | None = None,
    value_range: tuple[float, float] | None = None,
    color: Color = "luma",
    device: str = "auto",
    precision: Precision = "float32",
    block: int = BLOCK,
) -> da.Array:
    """Upscale a picture or a stack of pictures block by block, as far as it is looked at.

    The values are those of :func:`napari_fsrcnn.upscale` with the same value range, but for the last
    digits of float32: within 1e-5 of the value range, or of the span of the result's own values
    where that is wider, as on noise; and but for what this tips over when integers and float16 are
    rounded.

    Parameters
    ----------
    image : array_like, or a dask or Zarr array, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Read when blocks are computed. Of a dask array, the edges of neighbours come through its
        graph; any other array lies in the graph itself, where it is read from.
    model, rgb, color, precision
        As for :func:`napari_fsrcnn.upscale`.
    value_range : tuple of two float, optional
        By default found now, of an array of more than four million values from a sample
        (:func:`napari_fsrcnn.image.sampled_range.sample_value_range`).
    device : str
        As for :func:`napari_fsrcnn.upscale`; "auto" is the best one of the process that computes
        a block.
    block : int
        LR pixels of a block along Y and X. Along all other axes it is one plane.

    Returns
    -------
    dask.array.Array, shape (..., scale * Y, scale * X) or (..., scale * Y, scale * X, 3 or 4)
        In the dtype of ``image`` (native byte order), in chunks of ``scale * block``.

    Raises
    ------
    ValueError, FileNotFoundError
        As :func:`napari_fsrcnn.upscale`; for NaN and infinity when they are met.

    Examples
    --------
    >>> stack = np.zeros((5, 600, 400), np.uint16)
    >>> upscale_lazy(stack, "fsrcnn-x3", device="cpu").chunksize
    (1, 1536, 1200)
    """
    image = image if hasattr(image, "shape") else np.asarray(image)
    rgb = guess_rgb(image.shape) if rgb is None else rgb
    # What this refuses would otherwise be refused block by block.
    check_precision(precision, resolve_device(device))
    if not isinstance(model, Model):
        model = load_model(model)
    upscaler = block_upscaler(
        image,
        model,
        rgb=rgb,
        value_range=value_range,
        color=color,
        device=device,
        precision=precision,
    )
    stack = image.shape[:-1] if rgb else image.shape
    return _array(image, upscaler, Grid(stack, block, needed_halo(model, rgb=rgb)), model.scale)


def _array(image: Any, upscaler: BlockUpscaler, grid: Grid, scale: int) -> da.Array:
    import dask.array as da
    from dask.highlevelgraph import HighLevelGraph

    name = f"upscale-{uuid4().hex}"
    reader = region_reader(image)
    colours = image.shape[-1:] if upscaler.rgb else ()
    last = tuple(slice(0, length) for length in colours)
    # In the graph once, and each task names it: the model is hundreds of KB.
    key = f"upscaler-{name}"
    tasks: dict[Any, Any] = {key: upscaler, **reader.graph}
    for block in grid:
        read = reader.task((*block.read, *last))
        tasks[(name, *block.index, *(0 for _ in colours))] = (
            BlockUpscaler.upscale,
            key,
            read,
            block,
        )
    graph = HighLevelGraph.from_collections(name, tasks, dependencies=reader.dependencies)
    chunks = (*grid.chunks(scale), *((length,) for length in colours))
    return da.Array(graph, name, chunks, dtype=np.dtype(image.dtype).newbyteorder("="))
