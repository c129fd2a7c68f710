"""How a run ends, other than by the end of its schedule."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Event, Finished, Noticed, Paused, Saved, Validated
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.training.train import resume, train


def with_hot_pixels(seed: int) -> Pair:
    hr = np.random.default_rng(seed).uniform(0, 4095, (96, 96)).astype(np.float32)
    hr[50, 50] = 1e35
    return Pair(f"hot/{seed}", hr, None, rgb=False)


class SetAfter(threading.Event):
    """An event that is set once it was looked at so often after the run has started."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.started, self._looks = False, looks

    def is_set(self) -> bool:
        self._looks -= self.started
        return self._looks < 0 or super().is_set()


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def notices(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Noticed)]


def all_finite(network: object) -> bool:
    weights = as_module(network).state_dict().values()  # type: ignore[arg-type]
    return all(bool(weight.isfinite().all()) for weight in weights)


def test_loss_that_is_no_number_stops_the_run(config: TrainingConfig, tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "mine.safetensors"
    long = {"steps": 2000, "validate_every": 2000, "run": run, "out": out}
    config = config.model_copy(update=long)
    events = list(train(config, pictures=[with_hot_pixels(seed) for seed in range(4)]))
    (notice,) = notices(events)
    assert "stopped before any step was validated, so there is no model" in notice
    assert "extreme values" in notice
    end = finished(events)
    assert end.reason == "diverged"
    assert end.stopped
    assert end.model is None
    assert not list(tmp_path.iterdir())


def test_exploding_loss_stops_with_the_last_good_weights(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    wild = {"optimizer": "sgd", "lr": 1.0, "loss": "mse", "steps": 3000, "schedule": "constant"}
    config = config.model_copy(update={**wild, "validate_every": 1, "run": tmp_path})
    events = list(train(config, pictures=pictures))
    end = finished(events)
    assert end.reason == "diverged"
    assert "lower learning rate" in notices(events)[-1]
    assert end.model is not None
    assert all_finite(end.model.network)
    assert end.psnr == max(event.psnr for event in events if isinstance(event, Validated))


@pytest.mark.parametrize("flag", ["stop", "pause"])
def test_a_run_that_is_stopped_or_paused_as_it_diverges_has_diverged(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path, flag: str
) -> None:
    # Every patch holds the hot pixel: one step is enough, and no loss is reported so soon.
    config = config.model_copy(update={"run": tmp_path, "patch": 40, "validate_every": 20})
    list(train(config.model_copy(update={"stop_after": 4}), pictures=pictures))
    folder = RunFolder(tmp_path)
    before = folder.state.read_bytes(), folder.model.read_bytes()
    asked, other = SetAfter(1), threading.Event()
    stop, pause = (asked, other) if flag == "stop" else (other, asked)
    hot = [
        replace(pair, hr=with_hot_pixels(seed).hr)  # that pass for the pictures of before
        for seed, pair in enumerate(pictures)
    ]
    events: list[Event] = []
    for event in resume(tmp_path, pictures=hot, stop=stop, pause=pause):
        assert not isinstance(event, Paused)
        events.append(event)
        asked.started = True
    end = finished(events)
    assert (end.reason, end.step) == ("diverged", 4)
    assert "extreme values" in notices(events)[-1]
    assert end.model is None
    assert (folder.state.read_bytes(), folder.model.read_bytes()) == before


def test_no_improvement_ends_the_run(pictures: list[Pair], config: TrainingConfig) -> None:
    # With so small a learning rate the PSNR stays what it is, to rounding.
    still = {"lr": 1e-12, "patience": 3, "steps": 1000, "validate_every": 2}
    events = list(train(config.model_copy(update=still), pictures=pictures))
    psnr = [event.psnr for event in events if isinstance(event, Validated)]
    end = finished(events)
    assert end.reason == "no-improvement"
    assert end.step < 1000
    assert end.psnr == max(psnr)
    assert psnr.index(max(psnr)) == len(psnr) - 4


def test_with_a_perceptual_loss_the_last_weights_count(
    pictures: list[Pair], config: TrainingConfig, data_folder: Callable[[str], Path]
) -> None:
    perceptual = {
        "loss": "mse-perceptual",
        "vgg_file": data_folder("vgg16") / "vgg16_relu3_3.npz",
        "vgg_weight": 1.0,
        "steps": 4,
        "validate_every": 1,
    }
    events = list(train(config.model_copy(update=perceptual), pictures=pictures))
    assert finished(events).psnr == [e.psnr for e in events if isinstance(e, Validated)][-1]
    with pytest.raises(ValueError, match="leave it out"):
        TrainingConfig(loss="mse-perceptual", patience=3)


def test_a_stop_before_the_first_step_leaves_nothing(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    stop = threading.Event()
    run = tmp_path / "run"
    events = []
    for event in train(config.model_copy(update={"run": run}), stop, pictures=pictures):
        events.append(event)
        stop.set()
    assert finished(events).model is None
    assert not run.exists()


def test_a_pause_saves_waits_and_changes_nothing(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    pause = threading.Event()
    config = config.model_copy(update={"run": tmp_path / "run"})
    events = []
    for event in train(config, pictures=pictures, pause=pause):
        events.append(event)
        if isinstance(event, Validated) and event.step == 10:
            pause.set()
        if isinstance(event, Paused):
            assert isinstance(events[-2], Saved)
            assert event.step == events[-2].step == 10
            waker = threading.Timer(0.5, pause.clear)
            waker.start()
            began = time.monotonic()
    assert time.monotonic() - began > 0.4
    end = finished(events)
    assert end.reason == "done"
    assert end.model is not None
    assert end.model.card.training is not None
    unbroken = finished(list(train(config.model_copy(update={"run": None}), pictures=pictures)))
    assert unbroken.model is not None
    for name, weight in as_module(end.model.network).state_dict().items():
        assert torch.equal(weight, as_module(unbroken.model.network).state_dict()[name])


def test_a_pause_can_be_stopped(pictures: list[Pair], config: TrainingConfig) -> None:
    pause, stop = threading.Event(), threading.Event()
    pause.set()
    events = []
    for event in train(config, stop, pictures=pictures, pause=pause):
        events.append(event)
        if isinstance(event, Paused):
            stop.set()
    assert finished(events).reason == "stopped"


@pytest.mark.parametrize("changes", [{"clip": 0.01}, {"optimizer": "sgd"}, {"average": 0.0}])
def test_each_choice_is_resumed_exactly(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path, changes: dict[str, object]
) -> None:
    config = config.model_copy(update=changes)
    whole = finished(list(train(config, pictures=pictures))).model
    list(train(config.model_copy(update={"run": tmp_path, "stop_after": 7}), pictures=pictures))
    halves = finished(list(resume(tmp_path, pictures=pictures))).model
    default = finished(list(train(config.model_copy(update={"seed": 1}), pictures=pictures))).model
    assert whole is not None
    assert halves is not None
    assert default is not None
    for name, weight in as_module(whole.network).state_dict().items():
        assert torch.equal(weight, as_module(halves.network).state_dict()[name])
    assert any(
        not torch.equal(weight, as_module(default.network).state_dict()[name])
        for name, weight in as_module(whole.network).state_dict().items()
    )
