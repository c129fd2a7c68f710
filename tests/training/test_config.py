from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.run_folder import RunFolder, describe, read_config


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 1},
        {"scale": 9},
        {"steps": 0},
        {"batch": 0},
        {"patch": 7},
        {"lr": 0.0},
        {"lr": float("nan")},
        {"seed": -1},
        {"loss": "l3"},
        {"no_such_field": 1},
    ],
)
def test_values_out_of_limits_are_refused_in_one_line_that_names_the_field(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError) as refused:
        TrainingConfig(**wrong)
    (field,) = wrong
    sentence = describe(refused.value)
    assert sentence.startswith(field)
    assert "\n" not in sentence


def test_run_lies_beside_out_unless_it_is_given(tmp_path: Path) -> None:
    assert TrainingConfig(out=tmp_path / "a.safetensors").run_folder == tmp_path / "a-run"
    assert TrainingConfig(out=tmp_path / "a", run=tmp_path / "b").run_folder == tmp_path / "b"
    assert TrainingConfig().run_folder is None


def test_config_is_read_back_as_it_was(tmp_path: Path) -> None:
    config = TrainingConfig(
        data=("bsd100",), hyperparameters={"d": 8}, out=tmp_path / "a.safetensors", stop_after=3
    )
    folder = RunFolder(tmp_path / "run")
    folder.create(config)
    assert folder.read_config() == config


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"steps": "many"}', b"\xff\xfe"])
def test_damaged_config_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"config\.json"):
        read_config(path)


def test_log_of_a_resumed_run_has_no_step_twice(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for step in (10, 20, 30, 20):
        folder.append_log(step, 1.0, 0.5, 30.0, 29.0)
    steps = [line.split(",")[0] for line in folder.log.read_text().splitlines()]
    assert steps == ["step", "10", "20"]
