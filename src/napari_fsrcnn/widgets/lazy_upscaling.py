"""What the thread of *Upscale* does for a layer that is then computed where the viewer looks."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_fsrcnn.evaluation.consistency import Consistency, consistency
from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.upscaling import (
    Began,
    Request,
    loaded_model,
    measured_deviation,
    provenance_of,
)

if TYPE_CHECKING:
    from napari_fsrcnn.inference.upscaled_blocks import UpscaledBlocks


_MEASURED = 2**18
"""HR pixels that are measured: what is not looked at should cost less than a look."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture that is ready to be upscaled where one looks.

    Attributes
    ----------
    blocks : UpscaledBlocks
    levels : list of array_like
        The picture itself, and coarser ones.
    model : Model
    deviation : str
        By how much half precision deviates, as a sentence; empty for single precision.
    provenance : dict
        Plain values that say how the image is made.
    """

    blocks: UpscaledBlocks
    levels: list[Any]
    model: Model
    deviation: str
    provenance: dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """How the opened picture agrees with the layer."""

    consistency: Consistency


def is_lazy(request: Request, megapixels: int) -> bool:
    """Say whether a layer is upscaled only where the viewer looks.

    Parameters
    ----------
    request : Request
    megapixels : int
        Pixels of an ndarray, all planes together, above which it is; dask and Zarr arrays always
        are. To be compared with a reference a picture is computed in any case.
    """
    if request.reference is not None:
        return False
    shape = request.image.shape[:-1] if request.rgb else request.image.shape
    return not isinstance(request.image, np.ndarray) or math.prod(shape) > megapixels * 10**6


def lazy_upscaling_events(
    request: Request,
    coarser: Sequence[Any],
    cache: BlockCache,
    *,
    stop: threading.Event,
    report: Callable[[object], None],  # noqa: ARG001  nothing to report of a second's work
) -> Iterator[Began | Opened | Measured]:
    """Make ready to upscale where the viewer looks, and measure in the middle.

    Parameters
    ----------
    request : Request
    coarser : sequence of array_like
        Levels below the image, where the layer has some.
    cache : BlockCache
    stop : threading.Event
        Looked at before the picture is ready, and before it is measured.
    report : callable

    Yields
    ------
    Began, Opened
        The picture can be looked at from then on.
    Measured
        If the middle can be upscaled.

    Raises
    ------
    ValueError
        If the image can't be used, or the model has another scale or can't be read.
    OSError
        If the model's file, or a part of the image, can't be read.
    """
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.inference.coarser import coarser_levels
    from napari_fsrcnn.inference.on_demand import OnDemand
    from napari_fsrcnn.inference.upscaled_blocks import upscaled_blocks
    from napari_fsrcnn.networks.device import describe_device, resolve_device

    device = describe_device(resolve_device(request.device))
    model = loaded_model(request)
    yield Began(device)
    image, rgb = request.image, request.rgb
    blocks = upscaled_blocks(
        image,
        model,
        cache,
        rgb=rgb,
        color=request.color,
        device=request.device,
        precision=request.precision,
    )
    if stop.is_set():
        return
    blocks.warm_up()
    levels = [image, *(coarser or coarser_levels(image, rgb=rgb))]
    if not stop.is_set():
        provenance = {**provenance_of(request, model, device), "precision": request.precision}
        deviation = measured_deviation(image, request, model)
        yield Opened(blocks, levels, model, deviation, provenance)
    if stop.is_set():
        return
    upscaled = OnDemand(blocks.not_kept())
    how: dict[str, Any] = {"rgb": rgb, "channels": request.channels, "pixels": _MEASURED}
    found = None
    with suppress(
        Exception
    ):  # a reader raises anything; what can't be is told where it is looked at
        found = consistency(image, upscaled, model.scale, **how)
    if found is not None:
        yield Measured(found)
