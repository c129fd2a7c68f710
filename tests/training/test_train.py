"""What can't be resumed is refused."""

from pathlib import Path

import pytest

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.train import resume, train


@pytest.fixture
def begun(pictures: list[Pair], config: TrainingConfig, tmp_path: Path) -> Path:
    """A run that has taken two steps."""
    config = config.model_copy(update={"run": tmp_path, "stop_after": 2})
    list(train(config, pictures=pictures))
    return tmp_path


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
