"""A model that tells how it was trained."""

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import TrainingData
from napari_fsrcnn.training.record import trained_model
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.weights.card import Card, Validation
from napari_fsrcnn.weights.checkpoint import read_checkpoint, save_checkpoint


def planes(name: str) -> LumaPair:
    lr, hr = np.zeros((4, 4), np.float32), np.zeros((8, 8), np.float32)
    return LumaPair(name, lr, hr, True, f"print of {name[:3]}", label=name[0])


CONFIG = TrainingConfig(arch="fsrcnn-s", scale=2, width=0, seed=4)
DATA = TrainingData((planes("b/1"), planes("a/1 (upper)")), (planes("a/1 (lower)"), planes("b/2")))


def new_state(config: TrainingConfig = CONFIG) -> TrainingState:
    return TrainingState(config, torch.device("cpu"))


def first_weight(network: Network) -> float:
    return next(as_module(network).parameters()).flatten()[0].item()


def change(network: Network, weight: float) -> None:
    with torch.no_grad():
        next(as_module(network).parameters()).fill_(weight)


def test_the_record_says_what_was_trained_on_what_and_for_how_long() -> None:
    state = new_state()
    state.step, state.seconds = 120, 3.14159
    card = trained_model(CONFIG, state, DATA, 28.0).card
    assert (card.architecture, card.scale) == ("fsrcnn-s", 2)
    training = card.training
    assert training is not None
    assert training.data == ["a", "b"]
    assert (training.train, training.validation) == (["a/1", "b/1"], ["a/1", "b/2"])
    assert training.fingerprints == ["print of a/1", "print of b/1", "print of b/2"]
    assert (training.step, training.seconds, training.config["seed"]) == (120, 3.1, 4)
    assert training.versions["torch"] == version("torch")
    assert training.machine.startswith("CPU (")


def test_before_the_first_validation_it_is_the_average_without_figures() -> None:
    state = new_state()
    change(state.average, 1)
    change(state.best, 2)
    model = trained_model(CONFIG, state, DATA, 28.0)
    assert first_weight(model.network) == 1
    assert model.card.validation is None


def test_afterwards_it_is_the_best_with_its_figures() -> None:
    state = new_state()
    state.step = 10
    change(state.average, 2)
    state.keep_best(30.123456)
    state.step = 20
    change(state.average, 1)
    model = trained_model(CONFIG, state, DATA, 28.76543210)
    assert first_weight(model.network) == 2
    assert model.card.validation == Validation(
        pictures=2, step=10, psnr=30.1235, bicubic_psnr=28.7654
    )


def test_the_model_stays_as_it_is_while_the_run_goes_on() -> None:
    state = new_state()
    change(state.average, 1)
    model = trained_model(CONFIG, state, DATA, 28.0)
    change(state.average, 2)
    assert first_weight(model.network) == 1


@pytest.mark.parametrize("field", ["out", "run", "start", "teacher", "vgg_file"])
def test_no_folder_is_told(tmp_path: Path, field: str) -> None:
    config = CONFIG.model_copy(
        update={field: tmp_path / "mine.safetensors", "data": (str(tmp_path),)}
    )
    card = trained_model(config, new_state(), DATA, 28.0).card
    assert str(tmp_path) not in card.model_dump_json()
    assert card.training is not None
    # What decides the result is told by its name.
    told = card.training.config.get(field)
    decides = field in ("start", "teacher", "vgg_file")
    assert told == ("mine.safetensors" if decides else None)


def test_it_is_named_after_its_file_or_its_kind() -> None:
    named = CONFIG.model_copy(update={"out": Path("mine.safetensors")})
    assert trained_model(named, new_state(), DATA, 28.0).name == "mine"
    assert trained_model(CONFIG, new_state(), DATA, 28.0).name == "fsrcnn-s-x2"


def test_the_record_repeats_the_run() -> None:
    """All that decides the weights is in the record, apart from the data's place."""
    config = CONFIG.model_copy(update={"lr": 0.0025, "rescale": (0.9, 0.8), "loss": "l1"})
    training = trained_model(config, new_state(), DATA, 28.0).card.training
    assert training is not None
    recorded: dict[str, Any] = json.loads(json.dumps(training.config))
    assert TrainingConfig.model_validate(recorded) == config


def test_it_goes_into_a_file_and_back(tmp_path: Path) -> None:
    data = replace(DATA, train=(planes("größe/1"),))
    model = trained_model(CONFIG, new_state(), data, float("inf"))
    save_checkpoint(tmp_path / "a.safetensors", model)
    read = read_checkpoint(tmp_path / "a.safetensors")
    assert isinstance(read.card, Card)
    assert read.card == model.card
