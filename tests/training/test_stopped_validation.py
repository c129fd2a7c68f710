"""A run that is stopped in the middle of a validation makes up for it when it goes on."""

import csv
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins import MixedPrecision

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.training import trainer
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Event, Finished, Stepped, Validated
from napari_fsrcnn.training.train import resume, train


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def validated(events: list[Event]) -> list[tuple[int, float]]:
    return [(event.step, event.psnr) for event in events if isinstance(event, Validated)]


def read_log(run: Path) -> list[dict[str, str]]:
    rows = list(csv.DictReader((run / "log.csv").read_text().splitlines()))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def equal(one: Finished, other: Finished) -> bool:
    assert one.model is not None
    assert other.model is not None
    weights = as_module(other.model.network).state_dict()
    return all(
        torch.equal(weight, weights[name])
        for name, weight in as_module(one.model.network).state_dict().items()
    )


def train_until(step: int, config: TrainingConfig, pictures: list[Pair]) -> list[Event]:
    """Stop as soon as the loss of that step is told: its validation comes next."""
    stop, events = threading.Event(), []
    for event in train(config, stop, pictures=pictures):
        events.append(event)
        if isinstance(event, Stepped) and event.step == step:
            stop.set()
    return events


@pytest.mark.parametrize("step", [10, 20])
def test_the_validation_is_made_up_for(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path, step: int
) -> None:
    whole = list(train(config.model_copy(update={"run": tmp_path / "a"}), pictures=pictures))
    config = config.model_copy(update={"run": tmp_path / "b"})
    first = train_until(step, config, pictures)
    assert finished(first).reason == "stopped"
    assert finished(first).step == step
    assert step not in dict(validated(first))
    second = list(resume(tmp_path / "b", pictures=pictures))
    assert validated(first) + validated(second) == validated(whole)
    assert read_log(tmp_path / "b") == read_log(tmp_path / "a")
    assert finished(second).reason == "done"
    assert equal(finished(second), finished(whole))


def test_the_scaling_of_fp16_goes_on(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the CPU, where it can be computed and where only its lack of speed speaks against it."""

    def start_fabric(*_: Any) -> Fabric:
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**30)  # far too much at first
        return Fabric(accelerator="cpu", plugins=MixedPrecision("16-mixed", "cpu", scaler))

    monkeypatch.setattr(trainer, "start_fabric", start_fabric)
    whole = finished(list(train(config, pictures=pictures)))
    config = config.model_copy(update={"run": tmp_path, "stop_after": 13})
    list(train(config, pictures=pictures))
    halves = finished(list(resume(tmp_path, pictures=pictures)))
    assert equal(halves, whole)
