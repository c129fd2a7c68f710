"""What can't be resumed is refused."""

import json
from dataclasses import replace
from pathlib import Path

import imageio.v3 as iio
import pytest
import safetensors.torch
from safetensors import safe_open

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.train import resume, train
from napari_fsrcnn.weights.checkpoint import read_card


@pytest.fixture
def begun(pictures: list[Pair], config: TrainingConfig, tmp_path: Path) -> Path:
    """A run that has taken two steps."""
    config = config.model_copy(update={"run": tmp_path, "stop_after": 2})
    list(train(config, pictures=pictures))
    return tmp_path


def test_a_run_goes_on_from_another_folder(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shapes").mkdir()
    for number, pair in enumerate(pictures):
        iio.imwrite(tmp_path / "shapes" / f"{number}.png", pair.hr)
    paths = {"data": ("shapes",), "run": Path("run"), "out": Path("mine.safetensors")}
    monkeypatch.chdir(tmp_path)
    list(train(config.model_copy(update={**paths, "stop_after": 2})))
    monkeypatch.chdir("/")
    list(resume(tmp_path / "run"))
    training = read_card(tmp_path / "mine.safetensors").training
    assert training is not None
    assert training.step == config.steps


@pytest.mark.parametrize("steps", [0, -3])
def test_a_run_goes_on_for_a_step_at_least(begun: Path, pictures: list[Pair], steps: int) -> None:
    with pytest.raises(ValueError, match="stop_after"):
        resume(begun, stop_after=steps, pictures=pictures)


def test_folder_without_a_run_can_not_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no training configuration"):
        resume(tmp_path)


def test_damaged_state_is_refused(begun: Path, pictures: list[Pair]) -> None:
    state = begun / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(ValueError, match="can't be resumed"):
        list(resume(begun, pictures=pictures))


def test_other_pictures_than_before_are_refused(begun: Path, pictures: list[Pair]) -> None:
    before = (begun / "state.safetensors").read_bytes()
    renamed = replace(pictures[0], name="shapes/new")
    changed = replace(pictures[1], hr=pictures[1].hr[::-1], fingerprint="")
    others = [renamed, changed, *pictures[3:]]
    told = r"missing: shapes/0, shapes/2; new: shapes/new; changed: shapes/1\): put them back, or"
    with pytest.raises(ValueError, match=told):
        list(resume(begun, pictures=others))
    assert (begun / "state.safetensors").read_bytes() == before


def test_a_state_of_an_earlier_version_tells_no_pictures(begun: Path, pictures: list[Pair]) -> None:
    file = begun / "state.safetensors"
    with safe_open(file, "pt") as opened:
        numbers = json.loads(opened.metadata()["state"])
    del numbers["pictures"]
    tensors = safetensors.torch.load_file(file)
    safetensors.torch.save_file(tensors, file, {"state": json.dumps(numbers)})
    list(resume(begun, stop_after=1, pictures=pictures[1:]))
    with pytest.raises(ValueError, match="new: shapes/0"):
        list(resume(begun, pictures=pictures))
