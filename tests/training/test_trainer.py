import csv
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import (
    Event,
    Finished,
    Noticed,
    Saved,
    Started,
    Stepped,
    Validated,
)
from napari_fsrcnn.training.train import resume, train
from napari_fsrcnn.weights.checkpoint import read_checkpoint


def with_run(config: TrainingConfig, run: Path, **changes: object) -> TrainingConfig:
    return config.model_copy(update={"run": run} | changes)


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def read_log(run: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((run / "log.csv").read_text().splitlines()))


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def weights(path: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(path)


def test_events_come_in_order(pictures: list[Pair], config: TrainingConfig, tmp_path: Path) -> None:
    events = list(train(with_run(config, tmp_path / "run"), pictures=pictures))
    assert isinstance(events[0], Started)
    assert set(events[0].train) | set(events[0].validation) == {pair.name for pair in pictures}
    assert not set(events[0].train) & set(events[0].validation)
    validated = [event for event in events if isinstance(event, Validated)]
    assert [event.step for event in validated] == [10, 20]
    assert [event.step for event in events if isinstance(event, Saved)] == [10, 20, 20]
    steps = [event.step for event in events if isinstance(event, Stepped)]
    assert steps == sorted(steps)
    assert steps[-1] == 20
    preview = validated[-1].preview
    assert preview.network.shape == preview.hr.shape == preview.bicubic.shape == (96, 96)
    assert preview.lr.shape == (48, 48)
    assert finished(events).step == 20
    assert not finished(events).stopped
    best = max(event.psnr for event in validated)
    assert finished(events).psnr == best


def test_copies_that_are_left_out_are_named(pictures: list[Pair], config: TrainingConfig) -> None:
    started = next(train(config, pictures=pictures))
    assert isinstance(started, Started)
    (measured,) = (pair for pair in pictures if pair.name in started.validation)
    # Under other names they are split otherwise, and one of the two is learnt from.
    copies = [*pictures, replace(measured, name="shapes/again")]
    first, second, *_ = train(config.model_copy(update={"steps": 1}), pictures=copies)
    assert isinstance(first, Started)
    assert isinstance(second, Noticed)
    (left_out,) = {pair.name for pair in copies} - {*first.train, *first.validation}
    assert second.text == f"Copies of pictures to validate on are not learnt from: {left_out}."


def test_the_loss_is_reported_however_often_it_is_validated(
    pictures: list[Pair], config: TrainingConfig
) -> None:
    often = config.model_copy(update={"steps": 5, "validate_every": 1})
    events = list(train(often, pictures=pictures))
    assert [event.step for event in events if isinstance(event, Stepped)] == [1, 2, 3, 4, 5]


def test_it_learns_to_beat_bicubic(pictures: list[Pair], config: TrainingConfig) -> None:
    longer = config.model_copy(
        update={"arch": "srcnn-915", "steps": 300, "batch": 8, "validate_every": 300}
    )
    end = finished(list(train(longer, pictures=pictures)))
    assert end.psnr is not None
    assert end.psnr > end.bicubic_psnr


@pytest.mark.parametrize("loss", ["rmse", "l1", "mse", "l1-mse"])
def test_each_loss_goes_down(pictures: list[Pair], config: TrainingConfig, loss: str) -> None:
    longer = config.model_copy(update={"loss": loss, "steps": 120})
    psnr = [
        event.psnr for event in train(longer, pictures=pictures) if isinstance(event, Validated)
    ]
    assert psnr[-1] > psnr[0] + 1


def test_run_folder_holds_what_is_needed(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    out = tmp_path / "mine.safetensors"
    config = config.model_copy(update={"out": out})
    end = finished(list(train(config, pictures=pictures)))
    run = tmp_path / "mine-run"
    assert sorted(path.name for path in run.iterdir()) == [
        "config.json",
        "log.csv",
        "model.safetensors",
        "state.safetensors",
        "tensorboard",
    ]
    rows = read_log(run)
    assert [row["step"] for row in rows] == ["10", "20"]
    assert float(rows[-1]["bicubic_psnr"]) == pytest.approx(end.bicubic_psnr, abs=1e-3)
    model = read_checkpoint(out)
    assert model.name == "mine"
    assert model.card.validation is not None
    assert model.card.validation.psnr == pytest.approx(end.psnr, abs=1e-3)
    assert model.card.training is not None
    assert model.card.training.data == ["shapes"]
    assert set(model.card.training.train) | set(model.card.training.validation) == {
        pair.name for pair in pictures
    }
    assert str(tmp_path) not in model.card.model_dump_json()
    # What is saved is the ordinary network, not the wide one.
    assert sum(tensor.numel() for tensor in weights(out).values()) == 4086


def test_same_seed_same_weights(pictures: list[Pair], config: TrainingConfig) -> None:
    first, second = (finished(list(train(config, pictures=pictures))).model for _ in range(2))
    other_config = config.model_copy(update={"seed": 1})
    other = finished(list(train(other_config, pictures=pictures))).model
    assert first is not None
    assert second is not None
    assert other is not None
    for name, tensor in as_module(first.network).state_dict().items():
        assert torch.equal(tensor, as_module(second.network).state_dict()[name])
    assert not torch.equal(
        next(as_module(first.network).parameters()), next(as_module(other.network).parameters())
    )


def test_training_leaves_the_callers_random_numbers_alone(
    pictures: list[Pair], config: TrainingConfig
) -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    list(train(config, pictures=pictures))
    assert torch.equal(torch.rand(1), expected)


def test_resumed_run_equals_uninterrupted(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    list(train(with_run(config, tmp_path / "whole"), pictures=pictures))
    halves = with_run(config, tmp_path / "halves", stop_after=7)
    first = finished(list(train(halves, pictures=pictures)))
    assert (first.step, first.stopped) == (7, True)
    second = finished(list(resume(tmp_path / "halves", pictures=pictures)))
    assert (second.step, second.stopped) == (20, False)
    for file in ("model.safetensors", "state.safetensors"):
        whole, halved = (weights(tmp_path / run / file) for run in ("whole", "halves"))
        assert whole.keys() == halved.keys()
        assert all(torch.equal(tensor, halved[name]) for name, tensor in whole.items())
    logs = [
        [(row["step"], row["psnr"]) for row in read_log(tmp_path / run)]
        for run in ("whole", "halves")
    ]
    assert logs[0] == logs[1]


def test_stop_before_the_pictures_are_read_changes_nothing(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    stop = threading.Event()
    stop.set()
    config = config.model_copy(update={"out": tmp_path / "mine.safetensors"})
    assert list(train(config, stop, pictures=pictures)) == []
    assert list(tmp_path.iterdir()) == []


def test_stop_before_the_first_step_leaves_no_model(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    stop = threading.Event()
    out = tmp_path / "mine.safetensors"
    events = train(config.model_copy(update={"out": out}), stop, pictures=pictures)
    assert isinstance(next(events), Started)
    stop.set()
    end = finished(list(events))
    assert (end.step, end.stopped, end.model) == (0, True, None)
    assert not out.exists()


def test_the_record_of_a_single_picture_names_it_whole(
    pictures: list[Pair], config: TrainingConfig
) -> None:
    model = finished(list(train(config, pictures=pictures[:1]))).model
    assert model is not None
    assert model.card.training is not None
    assert set(model.card.training.train) == set(model.card.training.validation) == {"shapes/0"}


def test_stop_keeps_the_best_weights(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    stop = threading.Event()
    config = with_run(config, tmp_path / "run", steps=100_000)
    events = []
    for event in train(config, pictures=pictures, stop=stop):
        events.append(event)
        if isinstance(event, Validated) and event.step >= 30:
            stop.set()
    end = finished(events)
    assert end.stopped
    assert end.step == 30
    assert end.psnr == max(event.psnr for event in events if isinstance(event, Validated))
    assert read_checkpoint(tmp_path / "run" / "model.safetensors").card.validation is not None


def test_stop_before_the_first_validation_keeps_the_last_weights(
    pictures: list[Pair], config: TrainingConfig
) -> None:
    config = config.model_copy(update={"stop_after": 3})
    end = finished(list(train(config, pictures=pictures)))
    assert end.psnr is None
    assert end.model is not None
    assert end.model.card.validation is None


def test_run_folder_that_is_taken_is_not_overwritten(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    config = with_run(config, tmp_path / "run", stop_after=1)
    list(train(config, pictures=pictures))
    before = contents(tmp_path / "run")
    with pytest.raises(FileExistsError, match="already holds a training run"):
        list(train(config, pictures=pictures))
    assert contents(tmp_path / "run") == before


def test_unknown_device_is_refused(pictures: list[Pair], config: TrainingConfig) -> None:
    config = config.model_copy(update={"device": "abacus"})
    with pytest.raises(ValueError, match="device must be"):
        list(train(config, pictures=pictures))
