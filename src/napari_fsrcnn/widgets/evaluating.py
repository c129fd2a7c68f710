"""What the threads of *Evaluate* do: measure models on pictures, and restore one for a look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.datasets.bsd100 import fetch_bsd100
from napari_fsrcnn.datasets.download import DownloadStopped
from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.datasets.source import sift_pairs
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model
from napari_fsrcnn.widgets.job_events import Advanced, broke_off, reporting
from napari_fsrcnn.widgets.layer_pictures import LayerPicture, sift_planes
from napari_fsrcnn.widgets.model_choices import ModelChoice
from napari_fsrcnn.widgets.upscaling import Began

BSD100 = "bsd100"


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be measured.

    Attributes
    ----------
    models : tuple of ModelChoice
        Each with a label of its own.
    data : str or tuple of LayerPicture and Unusable
        "bsd100", a folder, or layers whose planes are HR, and those that are left out.
    device : str
    """

    models: tuple[ModelChoice, ...]
    data: str | tuple[LayerPicture | Unusable, ...]
    device: str


@dataclass(frozen=True)
class Done:
    """All is measured."""


@dataclass(frozen=True, eq=False)
class Opened:
    """One picture restored by one model: Y planes of float32 in [0, 1].

    Attributes
    ----------
    picture, model : str
    label : str
        Name of the data set or layer that the picture belongs to.
    scale : int
    lr : ndarray, shape (Y, X)
    hr, bicubic, restored : ndarray, shape (scale * Y, scale * X)
    error : ndarray, shape (scale * Y, scale * X)
        How far the restored one is from HR, as a part of the data range.
    """

    picture: str
    model: str
    label: str
    scale: int
    lr: NDArray[np.float32]
    hr: NDArray[np.float32]
    bicubic: NDArray[np.float32]
    restored: NDArray[np.float32]
    error: NDArray[np.float32]


def evaluating_events(
    request: Request, *, stop: threading.Event, report: Callable[[Advanced], None]
) -> Iterator[Any]:
    """Measure the models on the pictures.

    Parameters
    ----------
    request : Request
    stop : threading.Event
        Ends the work within a tile.
    report : callable
        Called with the progress of a download, in files; after Began, with that of the work.

    Yields
    ------
    Began, ModelScore, LeftOut, Unusable, Done

    Raises
    ------
    ValueError, OSError
        If no picture can be measured, or a model can't be used or read.
    JobFailed
        If the device ran out of memory or broke down.
    """
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.evaluation.grid import score_models
    from napari_fsrcnn.inference.tiles import UpscaleStopped
    from napari_fsrcnn.networks.device import describe_device, resolve_device

    try:
        device = describe_device(resolve_device(request.device))
        models = {choice.label: _load(choice) for choice in request.models}
        if request.data == BSD100:
            scales = sorted({choice.scale for choice in request.models})
            fetch_bsd100(scales, reporting(report), stop)
        yield Began(device)
        yield from score_models(
            models,
            lambda scale: _read(request.data, scale),
            device=request.device,
            progress=reporting(report),
            stop=stop,
        )
        yield Done()
    except (DownloadStopped, UpscaleStopped):
        return
    except RuntimeError as error:
        raise broke_off("Evaluating", error) from error


def opening_events(
    request: Request,
    model: str,
    picture: str,
    *,
    stop: threading.Event,
    report: Callable[[Advanced], None],
) -> Iterator[Opened]:
    """Restore one picture by one of the request's models, both by name.

    Yields
    ------
    Opened
        One, unless ``stop`` was set.

    Raises
    ------
    ValueError, OSError, JobFailed
        As :func:`evaluating_events`; ValueError too if the picture is no longer there.
    """
    del report
    import_triton_beside_opengl()
    from napari_fsrcnn.evaluation.trial import Trial
    from napari_fsrcnn.inference.prepared import prepare
    from napari_fsrcnn.inference.tiles import UpscaleStopped
    from napari_fsrcnn.networks.device import resolve_device

    (choice,) = (each for each in request.models if each.label == model)
    try:
        pair = _find(request.data, choice.scale, picture)
        trial = Trial(pair, choice.scale)
        network = prepare(_load(choice).network, resolve_device(request.device))
        restored = trial.restore(network, stop)
    except UpscaleStopped:
        return
    except RuntimeError as error:
        raise broke_off("Evaluating", error) from error
    yield Opened(
        picture,
        model,
        pair.label,
        choice.scale,
        trial.planes.lr,
        trial.planes.hr,
        *(
            np.asarray(plane, np.float32)
            for plane in (trial.bicubic, restored, trial.error(restored))
        ),
    )


def _load(choice: ModelChoice) -> Model:
    return choice.model if isinstance(choice.model, Model) else load_model(choice.model)


def _read(data: str | tuple[LayerPicture | Unusable, ...], scale: int) -> Iterator[Pair | Unusable]:
    if isinstance(data, str):
        return sift_pairs(data, scale)
    return (each for layer in data for each in _read_layer(layer, scale))


def _read_layer(layer: LayerPicture | Unusable, scale: int) -> Iterable[Pair | Unusable]:
    return [layer] if isinstance(layer, Unusable) else sift_planes(layer, scale)


def _find(data: str | tuple[LayerPicture | Unusable, ...], scale: int, name: str) -> Pair:
    for each in _read(data, scale):
        if isinstance(each, Pair) and each.name == name:
            return each
    raise ValueError(f"The picture {name} is no longer there: evaluate again.")
