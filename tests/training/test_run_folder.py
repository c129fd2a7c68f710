"""The folder of a run: what is written is read back, and nothing of a saved run is lost."""

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.run_folder import COLUMNS, RunFolder, read_config


def logged_steps(folder: RunFolder) -> list[int]:
    return [int(row["step"]) for row in csv.DictReader(folder.log.read_text().splitlines())]


def add_row(folder: RunFolder, step: int) -> None:
    folder.append_log(step, seconds=1.0, loss=0.5, psnr=30.0, bicubic=29.0)


def test_a_new_folder_holds_the_configuration_and_an_empty_log(tmp_path: Path) -> None:
    config = TrainingConfig(
        data=("bsd100",), hyperparameters={"d": 8}, out=tmp_path / "a.safetensors"
    )
    folder = RunFolder(tmp_path / "deep" / "run")
    folder.create(config)
    assert folder.read_config() == config
    assert folder.log.read_text() == ",".join(COLUMNS) + "\n"
    assert {path.name for path in folder.path.iterdir()} == {"config.json", "log.csv"}


def test_the_configuration_repeats_the_run_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, Any] = {"out": "a.pt", "run": "run", "start": "b.pt", "vgg_file": "c.pth"}
    data = ("bsd100", "pictures", "/more")
    config = TrainingConfig(data=data, teacher=Path("fsrcnn-x3"), stop_after=3, **files)
    monkeypatch.chdir(tmp_path)
    folder = RunFolder(tmp_path / "run")
    folder.create(config)
    absolute: dict[str, Any] = {name: tmp_path / file for name, file in files.items()}
    data = ("bsd100", str(tmp_path / "pictures"), "/more")
    expected = TrainingConfig(data=data, teacher=Path("fsrcnn-x3"), **absolute)
    assert folder.read_config() == expected
    folder.write_config(config.model_copy(update={"teacher": Path("mine.safetensors")}))
    assert folder.read_config().teacher == tmp_path / "mine.safetensors"


def test_the_patches_of_a_step_are_shared_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    folder = RunFolder(tmp_path)
    folder.create(TrainingConfig(batch=6))
    batches = {}
    for processes in ("1", "2", "4"):
        monkeypatch.setenv("WORLD_SIZE", processes)
        batches[processes] = folder.read_config().batch
    assert batches == {"1": 12, "2": 6, "4": 3}
    monkeypatch.setenv("WORLD_SIZE", "5")
    with pytest.raises(
        ValueError, match=r"had 12 patches .* which 5 processes can't share equally: start 2"
    ):
        folder.read_config()


@pytest.mark.parametrize("processes", ["2", 0, -1, 2.5, [2]])
def test_a_number_of_processes_that_is_none_is_refused(tmp_path: Path, processes: Any) -> None:
    folder = RunFolder(tmp_path)
    folder.create(TrainingConfig())
    values = json.loads(folder.config.read_text())
    folder.config.write_text(json.dumps(values | {"processes": processes}))
    with pytest.raises(ValueError, match=r"config\.json: processes: Input should be"):
        folder.read_config()


def test_a_folder_that_holds_a_run_is_not_taken(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.create(TrainingConfig(seed=1))
    add_row(folder, 10)
    folder.state.write_bytes(b"state")
    with pytest.raises(FileExistsError, match="already holds a training run: resume it"):
        folder.create(TrainingConfig(seed=2))
    assert folder.read_config().seed == 1
    assert logged_steps(folder) == [10]


def test_a_place_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "run"):
        said = f"^The run can't be saved in {re.escape(str(place))} \\([^()]+\\): choose another folder"
        with pytest.raises(OSError, match=rf"{said}\.$"):
            RunFolder(place).create(TrainingConfig())


@pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="a folder in which none makes a file")
def test_a_folder_in_which_no_file_can_be_made() -> None:
    with pytest.raises(
        PermissionError,
        match=r"^/sys/config\.json can't be written, since /sys may only be read: choose another "
        r"folder\.$",
    ):
        RunFolder(Path("/sys")).create(TrainingConfig())


CREATE = """
import sys
from pathlib import Path
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.run_folder import RunFolder
try:
    RunFolder(Path(sys.argv[1])).create(TrainingConfig())
except OSError as error:
    print(error)
"""


def test_a_full_disk(on_a_disk: Callable[..., str], tmp_path: Path) -> None:
    run = tmp_path / "disk" / "run"
    # Room for the folder, and for no file.
    said = on_a_disk("nr_inodes=2", sys.executable, "-c", CREATE, run)
    assert said == f"The disk of {run} is full: free some space, or choose another folder.\n"


def test_a_folder_in_which_nothing_was_saved_is_used_anew(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.create(TrainingConfig(seed=1))
    folder.create(TrainingConfig(seed=2))
    assert folder.read_config().seed == 2


def test_a_new_run_clears_what_a_killed_write_left(tmp_path: Path) -> None:
    left = tmp_path / ".napari-fsrcnn-0123456789abcdef.json"
    left.touch()
    RunFolder(tmp_path).create(TrainingConfig())
    assert not left.exists()


def test_the_log_has_the_figures_by_name(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.append_log(500, seconds=12.345, loss=0.0123456789, psnr=31.23456, bicubic=30.5)
    assert list(csv.DictReader(folder.log.read_text().splitlines())) == [
        {
            "step": "500",
            "seconds": "12.3",
            "loss": "0.0123457",
            "psnr": "31.2346",
            "bicubic_psnr": "30.5000",
        }
    ]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_the_log_of_a_resumed_run_has_no_step_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    for step in steps:
        add_row(folder, step)
    # A row stays until the run goes through its step once more.
    expected = [step for n, step in enumerate(steps) if step < min([*steps[n + 1 :], 10])]
    assert logged_steps(folder) == expected


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"steps": "many"}', b"\xff\xfe"])
def test_a_damaged_configuration_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"config\.json"):
        read_config(path)


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no training configuration"):
        RunFolder(tmp_path).read_config()
