"""The training loop, as a generator of events."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import ReadingStopped
from napari_fsrcnn.files.atomic import remove_leftovers
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.networks.device import describe_device, resolve_device
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.training.board import Board
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import prepare_data
from napari_fsrcnn.training.events import (
    Event,
    Finished,
    Noticed,
    Paused,
    Reason,
    Saved,
    Started,
    Stepped,
    Validated,
)
from napari_fsrcnn.training.first import with_hyperparameters_of_start
from napari_fsrcnn.training.loss_meter import ELSEWHERE, Diverged, LossLimit, LossMeter
from napari_fsrcnn.training.processes import (
    any_process,
    first_process,
    mean_over_processes,
    start_fabric,
)
from napari_fsrcnn.training.record import trained_model
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.training.same_pictures import check_same_pictures, name_some
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.training.step import Step
from napari_fsrcnn.training.teacher import load_teacher
from napari_fsrcnn.training.validation import Validator
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model

REPORT_EVERY = 0.1
"""Seconds between reports: often enough for a smooth bar, seldom enough to cost nothing."""


class Trainer:
    """One training run, new or resumed from ``config.run``.

    Parameters and errors are those of :func:`napari_fsrcnn.training.train.train`.
    """

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
        folder = config.run_folder if first_process() else None
        self._folder = RunFolder(folder) if folder is not None else None
        self._ended: Reason | None = None
        self._diverged: str | None = None
        self._limit = LossLimit()

    def run(
        self, stop: threading.Event | None = None, pause: threading.Event | None = None
    ) -> Iterator[Event]:
        """Train, and yield the events of :mod:`napari_fsrcnn.training.events`."""
        if not self._resuming:
            self.config = with_hyperparameters_of_start(self.config)
        config = self.config
        stop, pause = stop or threading.Event(), pause or threading.Event()
        fabric = start_fabric(resolve_device(config.device), config.precision)
        self._teacher = load_teacher(config, fabric.device)
        self._state = TrainingState(config, fabric.device, resuming=self._resuming)
        try:
            data = prepare_data(config, self._pictures, stop)
        except ReadingStopped:
            return
        self._validator = Validator(data.validation, config.scale, fabric.device)
        teacher = None if self._teacher is None else as_module(self._teacher.network)
        self._step = Step(config, self._state, data.train, fabric, teacher)
        self._data = replace(data, train=tuple(self._step.patches.pairs))
        if self._resuming:
            self._state.load(RunFolder(self._run_folder()).state)
            if self._state.pictures is not None:
                check_same_pictures(self._state.pictures, self._data.pictures, self._run_folder())
            fabric.strategy.precision.load_state_dict(self._state.scaler)
        self._state.pictures = self._data.pictures
        if self._folder is not None:
            self._open(self._folder)
        self._clock = time.perf_counter() - self._state.seconds
        yield Started(
            self._state.step,
            config.steps,
            describe_device(fabric.device),
            self._data.train_names,
            self._data.validation_names,
            self._validator.bicubic_psnr,
        )
        if data.copies:
            yield Noticed(
                f"Copies of pictures to validate on are not learnt from: {name_some(data.copies)}."
            )
        yield from self._loop(stop, pause)
        yield from self._save()
        yield from self._notice_start_unbettered()
        if self._folder is not None:
            self._board.close()
        yield self._finished()

    def _open(self, folder: RunFolder) -> None:
        if self._resuming:
            remove_leftovers(folder.path)
        else:
            folder.create(self.config)
        self._board = Board(folder.board, self._state.step)

    def _run_folder(self) -> Path:
        if self.config.run_folder is None:
            raise ValueError("A run can only be resumed from its folder.")
        return self.config.run_folder

    def _loop(self, stop: threading.Event, pause: threading.Event) -> Iterator[Event]:
        config, state = self.config, self._state
        last = min(config.steps, state.step + (config.stop_after or config.steps))
        self._recent, self._since_validation = LossMeter(), LossMeter()
        if config.start is not None and state.step == 0:
            # So that the best is never worse than what it started from. There is no loss yet.
            state.due = math.nan
        yield from self._validate_if_due(stop)
        while state.step < last:
            if pause.is_set():
                yield from self._wait(pause, stop)
            ending = stop.is_set() or bool(self._ended or self._diverged)
            if any_process(self._step.fabric, flag=ending):
                break
            try:
                loss = self._step()
            except MemoryError as error:
                yield Noticed(self._step.halve_batch(error))
                continue
            self._recent.add(loss)
            self._since_validation.add(loss)
            validating = state.step % config.validate_every == 0 or state.step == config.steps
            if self._recent.seconds >= REPORT_EVERY or validating or state.step == last:
                yield from self._report(stop, validating=validating)
        yield from self._go_back_if_diverged()

    def _report(self, stop: threading.Event, *, validating: bool) -> Iterator[Event]:
        state = self._state
        if validating:
            # Every process comes here after the same step.
            state.due = mean_over_processes(self._step.fabric, self._since_validation.value)
            self._since_validation = LossMeter()
        if not self._is_sound():
            return
        yield Stepped(state.step, self._recent.value, self._recent.rate)
        yield from self._validate_if_due(stop)
        self._recent = LossMeter()

    def _validate_if_due(self, stop: threading.Event) -> Iterator[Event]:
        """Validate and save; a validation that is stopped stays due, also when the run is resumed."""
        loss = self._state.due
        if loss is None:
            return
        try:
            validated = self._validate(loss, stop) if first_process() else None
        except Diverged as error:
            self._diverged = str(error)
        except UpscaleStopped:
            return
        else:
            self._state.due = None
            if validated is not None:
                yield validated
                yield from self._save()

    def _wait(self, pause: threading.Event, stop: threading.Event) -> Iterator[Event]:
        """Save, and wait until ``pause`` is cleared or ``stop`` is set; the clock stands still."""
        if not self._is_sound():
            return
        yield from self._save()
        yield Paused(self._state.step)
        began = time.perf_counter()
        while pause.is_set() and not stop.is_set():
            stop.wait(0.05)
        self._clock += time.perf_counter() - began

    def _is_sound(self) -> bool:
        """Look at the loss since the last report and at the weights, and keep these if they are good."""
        try:
            if self._recent.count:
                self._limit.check(self._recent.value)
            self._state.keep_sound()
        except Diverged as error:
            self._diverged = str(error)
        return self._diverged is None

    def _go_back_if_diverged(self) -> Iterator[Noticed]:
        """Return to the last good weights, and say so, where any process has seen the run diverge."""
        if not any_process(self._step.fabric, flag=not self._is_sound()):
            return
        step, self._ended = self._state.step, "diverged"
        self._state.go_back()
        if self._has_model():
            left = "with the best weights from before"
        else:
            left = "before any step was validated, so there is no model"
        yield Noticed(
            f"{self._diverged or ELSEWHERE} at step {step}: stopped {left}. Choose a lower "
            f"learning rate, or take extreme values out of the pictures."
        )

    def _has_model(self) -> bool:
        """Whether something was learnt and, where the run has diverged, validated."""
        state = self._state
        return state.step > 0 and (self._ended != "diverged" or state.best_psnr is not None)

    def _validate(self, loss: float, stop: threading.Event) -> Validated:
        state, bicubic_psnr = self._state, self._validator.bicubic_psnr
        psnr, preview = self._validator.measure(state.average, stop)
        self._limit.check_psnr(psnr)
        if self.config.loss == "mse-perceptual":
            # It gives PSNR up for the features: the highest PSNR would be that of the least trained.
            state.keep(psnr)
        else:
            state.keep_best(psnr)
        if self._folder is not None:
            seconds = time.perf_counter() - self._clock
            self._folder.append_log(state.step, seconds, loss, psnr, bicubic_psnr)
            self._board.add(state.step, loss=loss, psnr=psnr, gain=psnr - bicubic_psnr)
        patience = self.config.patience
        if patience and state.step - state.best_step >= patience * self.config.validate_every:
            self._ended = "no-improvement"
        return Validated(state.step, psnr, bicubic_psnr, preview)

    def _notice_start_unbettered(self) -> Iterator[Noticed]:
        state = self._state
        if state.step > 0 and state.best_psnr is not None and state.best_step == 0:
            yield Noticed(
                f"No validation so far was better than the start's ({state.best_psnr:.2f} dB), so "
                f"its weights are kept: choose a lower learning rate, or more steps."
            )

    def _save(self) -> Iterator[Saved]:
        """Bring the run folder up to date, if there is one and a model to keep."""
        self._state.seconds = time.perf_counter() - self._clock
        if self._folder is not None and self._has_model():
            save_checkpoint(self._folder.model, self._model())
            if self._ended != "diverged":
                self._state.scaler = self._step.fabric.strategy.precision.state_dict()
                self._state.save(self._folder.state)
            yield Saved(self._state.step, self._folder.path)

    def _model(self) -> Model:
        bicubic_psnr = self._validator.bicubic_psnr
        return trained_model(self.config, self._state, self._data, bicubic_psnr, self._teacher)

    def _finished(self) -> Finished:
        state = self._state
        model = self._model() if self._has_model() else None
        if model is not None and self.config.out is not None and first_process():
            model = save_checkpoint(self.config.out, model)
        if model is None and self._folder is not None:
            self._folder.discard()
        whole = state.step == self.config.steps and state.due is None
        done: Reason = "done" if whole else "stopped"
        return Finished(
            state.step,
            self._ended or done,
            state.best_psnr,
            self._validator.bicubic_psnr,
            model,
        )
