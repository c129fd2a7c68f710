"""Several models on the same pictures, figure by figure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

import torch

from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.evaluation.figures import LeftOut, ModelScore
from napari_fsrcnn.evaluation.seen import Seen, is_seen, pictures_seen
from napari_fsrcnn.evaluation.trial import Trial, nothing_measured, try_out
from napari_fsrcnn.inference.prepared import Prepared, prepare
from napari_fsrcnn.inference.tiles import Progress, UpscaleStopped
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.weights.model import Model


def score_models(
    models: Mapping[str, Model],
    read: Callable[[int], Iterable[Pair | Unusable]],
    *,
    device: str = "auto",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Iterator[ModelScore | LeftOut | Unusable]:
    """Measure models of any scales as :func:`napari_fsrcnn.evaluate` does, LR made from HR.

    Parameters
    ----------
    models : mapping of str to Model
        By the names that the figures are to bear.
    read : callable
        Called with each scale, the smallest first; gives the same pictures for each.
    device : str
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    progress : callable, optional
        Called as ``progress(done, total)`` after each picture by each model.
    stop : threading.Event, optional
        Looked at before each picture is read, and before each tile.

    Yields
    ------
    ModelScore, LeftOut
        Picture after picture, one for each model of the scale.
    Unusable
        In place of all these, where a picture can't be read or measured at the scale.

    Raises
    ------
    ValueError
        If no picture can be measured or counts, or there is no such device.
    OSError
        If ``read`` can't read.
    UpscaleStopped
        If ``stop`` was set.
    """
    events = []
    for event in _events(models, read, resolve_device(device), progress, stop):
        events.append(event)
        yield event
    if not any(isinstance(event, ModelScore) for event in events):
        raise nothing_measured(
            {event.picture for event in events if isinstance(event, LeftOut)},
            [event for event in events if isinstance(event, Unusable)],
        )


def _events(
    models: Mapping[str, Model],
    read: Callable[[int], Iterable[Pair | Unusable]],
    on: torch.device,
    progress: Progress | None,
    stop: threading.Event | None,
) -> Iterator[ModelScore | LeftOut | Unusable]:
    seen = {name: pictures_seen(model) for name, model in models.items()}
    done = 0
    for scale in sorted({model.scale for model in models.values()}):
        networks = {
            name: prepare(model.network, on)
            for name, model in models.items()
            if model.scale == scale
        }
        pairs = list(_until(stop, read(scale)))
        for pair in pairs:
            trial = try_out(pair, scale)
            if isinstance(trial, Unusable):
                yield trial
            for name, network in networks.items():
                if isinstance(trial, Trial):
                    yield _measure(name, network, trial, seen[name], stop)
                done += 1
                if progress is not None:
                    progress(done, len(models) * len(pairs))


def _measure(
    model: str,
    network: Prepared,
    trial: Trial,
    seen: Seen,
    stop: threading.Event | None,
) -> ModelScore | LeftOut:
    if is_seen(trial.planes, seen):
        return LeftOut(model, trial.planes.name)
    return ModelScore(model, trial.scale, trial.score(trial.restore(network, stop)))


def _until(
    stop: threading.Event | None, pairs: Iterable[Pair | Unusable]
) -> Iterator[Pair | Unusable]:
    for pair in pairs:
        if stop is not None and stop.is_set():
            raise UpscaleStopped("The evaluation was stopped.")
        yield pair
