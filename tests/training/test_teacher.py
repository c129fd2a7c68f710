"""Learning from what a better network makes of LR."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished
from napari_fsrcnn.training.train import resume, train
from napari_fsrcnn.weights.checkpoint import read_card, read_checkpoint
from napari_fsrcnn.weights.model import Model


@pytest.fixture(scope="module")
def teacher(pictures: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was trained for a moment, on pictures of its own."""
    out = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    config = TrainingConfig(
        arch="fsrcnn-s", scale=2, steps=5, batch=2, patch=8, device="cpu", out=out
    )
    list(train(config, pictures=[replace(each, name=f"its/{each.name}") for each in pictures]))
    return out


def last_model(config: TrainingConfig, pictures: list[Pair]) -> Model:
    end = list(train(config, pictures=pictures))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    return end.model


def change(model: Model, start: Path) -> float:
    """Largest change of a weight since a checkpoint."""
    before = as_module(read_checkpoint(start).network).state_dict()
    after = as_module(model.network).state_dict()
    return max(float((after[name] - before[name]).abs().max()) for name in before)


def test_what_the_teacher_makes_of_lr_is_learnt_instead_of_hr(
    teacher: Path, config: TrainingConfig, pictures: list[Pair]
) -> None:
    """Whoever knows already what the teacher knows has nothing to learn, whatever HR is."""
    wrong = [replace(pair, hr=pair.hr // 2, lr=pair.hr[::2, ::2]) for pair in pictures]
    config = config.model_copy(update={"start": teacher, "optimizer": "sgd", "lr": 0.05})
    taught = config.model_copy(update={"teacher": teacher})
    assert change(last_model(taught, wrong), teacher) < 1e-5
    assert change(last_model(config, wrong), teacher) > 1e-3


def test_a_shipped_model_teaches_by_its_name(config: TrainingConfig, pictures: list[Pair]) -> None:
    config = config.model_copy(update={"teacher": Path("fsrcnn-x2")})
    model = last_model(config, pictures)
    assert model.card.training is not None
    assert model.card.training.config["teacher"] == "fsrcnn-x2"


def test_a_teacher_of_another_scale_is_refused_before_anything_is_written(
    config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    update = {"teacher": Path("fsrcnn-x3"), "run": tmp_path / "run"}
    with pytest.raises(ValueError, match=r"teacher can't be used\. .* enlarges by 3, not by 2"):
        list(train(config.model_copy(update=update), pictures=pictures))
    assert not (tmp_path / "run").exists()


def test_a_missing_teacher_is_refused(config: TrainingConfig, tmp_path: Path) -> None:
    gone = config.model_copy(update={"teacher": tmp_path / "gone.safetensors"})
    with pytest.raises(FileNotFoundError, match=r"teacher can't be used.*gone"):
        list(train(gone, pictures=[]))


def test_the_card_tells_the_pictures_that_the_teacher_had_seen(
    teacher: Path, config: TrainingConfig, pictures: list[Pair]
) -> None:
    its = read_card(teacher).training
    assert its is not None
    training = last_model(config.model_copy(update={"teacher": teacher}), pictures).card.training
    assert training is not None
    own = {pair.name for pair in pictures}
    assert set(training.taught_on) == its.pictures
    assert training.pictures == own | its.pictures


def test_what_the_teacher_had_seen_is_known_under_other_names(
    teacher: Path, config: TrainingConfig, pictures: list[Pair]
) -> None:
    its = read_card(teacher).training
    assert its is not None
    mirrored = [Pair(f"own/{n}", each.hr[::-1], None, each.rgb) for n, each in enumerate(pictures)]
    training = last_model(config.model_copy(update={"teacher": teacher}), mirrored).card.training
    assert training is not None
    own = [pair.fingerprint for pair in mirrored]
    assert sorted(training.fingerprints) == sorted([*own, *its.fingerprints])


def test_pictures_that_both_have_seen_are_told_once_unless_they_flatter(
    teacher: Path, config: TrainingConfig, pictures: list[Pair]
) -> None:
    """What a run validates on the teacher may have learnt from: the card says so."""
    same = [replace(pair, name=f"its/{pair.name}") for pair in pictures]
    config = config.model_copy(update={"teacher": teacher})
    training = last_model(config, same).card.training
    assert training is not None
    assert training.taught_on == []
    (validated,) = training.validation
    fewer = [pair for pair in same if pair.name != validated]
    training = last_model(config, fewer).card.training
    assert training is not None
    assert training.taught_on == sorted([validated, *training.validation])


def test_the_perceptual_loss_is_refused(config: TrainingConfig) -> None:
    with pytest.raises(ValueError, match="leave the teacher out"):
        TrainingConfig(**config.model_dump() | {"teacher": "a", "loss": "mse-perceptual"})


def test_a_taught_run_is_resumed_to_the_last_bit(
    teacher: Path, config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    config = config.model_copy(update={"teacher": teacher})
    whole = as_module(last_model(config, pictures).network).state_dict()
    update = {"run": tmp_path / "run", "stop_after": 5}
    list(train(config.model_copy(update=update), pictures=pictures))
    end = list(resume(tmp_path / "run", pictures=pictures))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    for name, weight in as_module(end.model.network).state_dict().items():
        assert torch.equal(weight, whole[name])
