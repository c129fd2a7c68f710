"""What the thread of a self-test does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_fsrcnn.evaluation.compare import ComparisonStopped
from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.job_events import Advanced, broke_off, reporting
from napari_fsrcnn.widgets.upscaling import Began, Color


@dataclass(frozen=True, eq=False)
class SelfTestRequest:
    """What is to be tested, and how.

    Attributes
    ----------
    image : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        numpy, dask, Zarr; only what is measured is read, in the thread.
    rgb : bool
        Whether the last axis is colour.
    scale : int
    models : tuple of str, Path or Model
        Of this scale.
    color : {"luma", "channels"}
        As for :func:`napari_fsrcnn.self_test`.
    device : str
    """

    image: Any
    rgb: bool
    scale: int
    models: tuple[str | Path | Model, ...]
    color: Color = "luma"
    device: str = "auto"


def self_testing_events(
    request: SelfTestRequest, *, stop: threading.Event, report: Callable[[Advanced], None]
) -> Iterator[Began | SelfTest]:
    """Test models on a picture that has no reference.

    Yields
    ------
    Began, SelfTest
        The second one unless ``stop`` was set.

    Raises
    ------
    ValueError, OSError
        As :func:`napari_fsrcnn.self_test`.
    JobFailed
        If the device ran out of memory or broke down.
    """
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.evaluation.self_test import self_test
    from napari_fsrcnn.inference.tiles import UpscaleStopped
    from napari_fsrcnn.networks.device import describe_device, resolve_device

    try:
        yield Began(describe_device(resolve_device(request.device)))
        yield self_test(
            request.image,
            request.scale,
            request.models,
            rgb=request.rgb,
            color=request.color,
            device=request.device,
            progress=reporting(report),
            stop=stop,
        )
    except (ComparisonStopped, UpscaleStopped):
        return
    except RuntimeError as error:
        raise broke_off("The self-test", error) from error
