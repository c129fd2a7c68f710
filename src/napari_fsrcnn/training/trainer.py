"""The training loop, as a generator of events."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.patches import PatchSampler
from napari_fsrcnn.datasets.source import ReadingStopped
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.networks.device import describe_device, resolve_device
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import TrainingData, prepare_data
from napari_fsrcnn.training.events import Event, Finished, Saved, Started, Stepped, Validated
from napari_fsrcnn.training.levels import vary_levels
from napari_fsrcnn.training.losses import pixel_loss
from napari_fsrcnn.training.record import trained_model
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.training.schedule import one_cycle
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.training.validation import Validator
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model

REPORT_EVERY = 0.1
"""Seconds between reports: often enough for a smooth bar, seldom enough to cost nothing."""


def train(
    config: TrainingConfig,
    stop: threading.Event | None = None,
    *,
    pictures: Sequence[Pair] | None = None,
) -> Iterator[Event]:
    """Train a network and report what happens; nothing happens until the events are read.

    Parameters
    ----------
    config : TrainingConfig
    stop : threading.Event, optional
        Looked at before every step. Once it is set, the run is saved and ends with the best
        weights so far; while the pictures are still being read, it ends without any event.
    pictures : sequence of Pair, optional
        Pictures already in memory, used instead of ``config.data``.

    Yields
    ------
    Started, Stepped, Validated, Saved, Finished
        See :mod:`napari_fsrcnn.training.events`.

    Raises
    ------
    ValueError
        If the device, the architecture or the data can't be used.
    OSError
        If a file can't be read or written, a download fails or the run folder is taken.
    FloatingPointError
        If the loss is no longer a number; what was saved before stays.
    """
    return Trainer(config, pictures).run(stop)


def resume(
    run: str | Path,
    *,
    stop_after: int | None = None,
    pictures: Sequence[Pair] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Event]:
    """Go on with the run in a folder exactly where it was saved.

    Parameters
    ----------
    run : path
        The run's folder.
    stop_after : int, optional
        Stop after this many more steps.
    pictures, stop
        As for :func:`train`.

    Raises
    ------
    ValueError, OSError, FloatingPointError
        As :func:`train`, and if the folder holds no run that can be resumed.
    """
    saved = RunFolder(Path(run)).read_config()
    config = saved.model_copy(update={"run": Path(run), "stop_after": stop_after})
    return Trainer(config, pictures, resuming=True).run(stop)


class Trainer:
    """One training run, new or resumed from ``config.run``; see :func:`train`."""

    def __init__(
        self,
        config: TrainingConfig,
        pictures: Sequence[Pair] | None = None,
        *,
        resuming: bool = False,
    ) -> None:
        self.config = config
        self._pictures = pictures
        self._resuming = resuming
        folder = config.run_folder
        self._folder = RunFolder(folder) if folder is not None else None

    def run(self, stop: threading.Event | None = None) -> Iterator[Event]:
        """Train, and yield the events of :func:`train`."""
        config, stop = self.config, stop or threading.Event()
        device = resolve_device(config.device)
        self._state = TrainingState(config, device)
        try:
            data = prepare_data(config, self._pictures, stop)
        except ReadingStopped:
            return
        self._validator = Validator(data.validation, config.scale, device)
        self._patches = PatchSampler(
            data.train, config.scale, config.patch, config.batch, self._state.generator
        )
        self._data = TrainingData(tuple(self._patches.pairs), data.validation)
        if self._folder is not None:
            self._open(self._folder)
        self._clock = time.perf_counter() - self._state.seconds
        yield Started(
            self._state.step,
            config.steps,
            describe_device(device),
            tuple(pair.name for pair in self._data.train),
            tuple(pair.name for pair in self._data.validation),
            self._validator.bicubic_psnr,
        )
        yield from self._loop(stop)
        yield from self._save()
        yield self._finished()

    def _open(self, folder: RunFolder) -> None:
        if self._resuming:
            self._state.load(folder.state)
        else:
            folder.create(self.config)

    def _loop(self, stop: threading.Event) -> Iterator[Event]:
        config, state = self.config, self._state
        fabric = _fabric(self._patches.generator.device)
        network, optimizer = fabric.setup(state.wide, state.optimizer)
        network.train()
        last = min(config.steps, state.step + (config.stop_after or config.steps))
        report, validation = _Mean(), _Mean()
        while state.step < last and not stop.is_set():
            progress = state.step / config.steps
            for group in optimizer.param_groups:
                group["lr"] = config.lr * one_cycle(progress)
            lr, hr = vary_levels(*self._patches.draw(), self._patches.generator)
            optimizer.zero_grad()
            output = network(lr.contiguous(memory_format=torch.channels_last))
            loss = pixel_loss(config.loss, progress, output, hr)
            fabric.backward(loss)
            optimizer.step()
            state.step += 1
            state.update_average()
            report.add(loss)
            validation.add(loss)
            validating = state.step % config.validate_every == 0 or state.step == config.steps
            if report.seconds >= REPORT_EVERY or validating or state.step == last:
                yield Stepped(state.step, _checked(report.value, state.step), report.rate)
                report = _Mean()
            if validating:
                try:
                    yield self._validate(_checked(validation.value, state.step), stop)
                except UpscaleStopped:
                    return
                yield from self._save()
                report, validation = _Mean(), _Mean()

    def _validate(self, loss: float, stop: threading.Event) -> Validated:
        state, bicubic_psnr = self._state, self._validator.bicubic_psnr
        psnr, preview = self._validator.measure(state.average, stop)
        state.keep_best(psnr)
        if self._folder is not None:
            seconds = time.perf_counter() - self._clock
            self._folder.append_log(state.step, seconds, loss, psnr, bicubic_psnr)
        return Validated(state.step, psnr, bicubic_psnr, preview)

    def _save(self) -> Iterator[Saved]:
        """Bring the run folder up to date, if there is one and something was learnt."""
        self._state.seconds = time.perf_counter() - self._clock
        if self._folder is not None and self._state.step > 0:
            save_checkpoint(self._folder.model, self._model())
            self._state.save(self._folder.state)
            yield Saved(self._state.step, self._folder.path)

    def _model(self) -> Model:
        return trained_model(self.config, self._state, self._data, self._validator.bicubic_psnr)

    def _finished(self) -> Finished:
        state = self._state
        model = self._model() if state.step > 0 else None
        if model is not None and self.config.out is not None:
            model = save_checkpoint(self.config.out, model)
        return Finished(
            state.step,
            state.step < self.config.steps,
            state.best_psnr,
            self._validator.bicubic_psnr,
            model,
        )


class _Mean:
    """Mean loss and rate since it was made; the sum stays on the device until it is read."""

    def __init__(self) -> None:
        self._sum: Tensor | float = 0.0
        self._count = 0
        self._start = time.perf_counter()

    def add(self, loss: Tensor) -> None:
        self._sum = self._sum + loss.detach()
        self._count += 1

    @property
    def value(self) -> float:
        return float(self._sum) / self._count

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    @property
    def rate(self) -> float:
        """Losses added per second."""
        return self._count / self.seconds


def _checked(loss: float, step: int) -> float:
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"The loss is no longer a number at step {step}. Choose a lower learning rate, or take "
            f"extreme values out of the pictures; what was saved before is kept."
        )
    return loss


def _fabric(device: torch.device) -> Fabric:
    """Lightning's Fabric on one named device; with "auto" it would start the program once more."""
    devices = [device.index or 0] if device.type == "cuda" else 1
    return Fabric(accelerator=device.type, devices=devices)
