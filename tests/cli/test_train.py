"""Training from the command line: new, from a file, resumed, stopped by Ctrl-C."""

from __future__ import annotations

import inspect
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from safetensors.numpy import load_file

from napari_fsrcnn.cli.follow import follow
from napari_fsrcnn.cli.train import train
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Event as TrainingEvent
from napari_fsrcnn.training.events import Finished, Noticed, Started
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.weights.checkpoint import read_card

Run = Callable[..., subprocess.CompletedProcess[str]]

SMALL = [
    *("--arch", "fsrcnn-s", "--scale", "2", "--batch", "2", "--patch", "12"),
    *("--device", "cpu", "--validate-every", "4"),
]


def steps(model: Path) -> int:
    """Return the steps that a model's card says it was trained for."""
    training = read_card(model).training
    assert training is not None
    return training.step


def test_every_field_of_the_configuration_is_an_option() -> None:
    # A dictionary of hyper-parameters is for a configuration file.
    fields = TrainingConfig.model_fields.keys() - {"hyperparameters"}
    assert fields <= inspect.signature(train).parameters.keys()


def test_a_short_training_leaves_a_model_and_its_run(trained: Path) -> None:
    assert steps(trained) == 30
    run = trained.with_name("small-run")
    names = {"config.json", "log.csv", "model.safetensors", "state.safetensors", "tensorboard"}
    assert {path.name for path in run.iterdir()} == names


def test_a_run_is_repeated_from_its_own_configuration(
    command: Run, pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.safetensors"
    ended = command("train", "--data", pictures, *SMALL, "--steps", 6, "--out", out)
    assert (ended.returncode, ended.stderr) == (0, "")
    ended = command("train", "--config", tmp_path / "a-run" / "config.json")
    assert (ended.returncode, ended.stderr) == (0, "")
    again = tmp_path / "a-2.safetensors"
    first, second = load_file(out), load_file(again)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert (tmp_path / "a-2-run" / "state.safetensors").exists()


def test_a_run_without_a_file_beside_it_goes_on_and_is_repeated_whole(
    command: Run, pictures: Path, tmp_path: Path
) -> None:
    run, again = tmp_path / "kept", tmp_path / "kept-2"
    options = [*SMALL, "--steps", 6, "--stop-after", 4, "--run", run]
    for words in (["--data", pictures, *options], ["--resume", run]):
        ended = command("train", *words)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert f"Model: {run / 'model.safetensors'}" in ended.stdout
    ended = command("train", "--config", run / "config.json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"Model: {again / 'model.safetensors'}" in ended.stdout
    first, second = (load_file(folder / "model.safetensors") for folder in (run, again))
    assert steps(again / "model.safetensors") == 6
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_preset_can_be_changed(command: Run, pictures: Path, tmp_path: Path) -> None:
    options = [*SMALL, "--steps", 4, "--out", tmp_path / "a.safetensors", "--lr", 0.0005]
    ended = command("train", "--preset", "paper-fsrcnn", "--data", pictures, *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    config = json.loads((tmp_path / "a-run" / "config.json").read_text())
    assert config["optimizer"] == "sgd"
    assert config["rescale"] == [0.9, 0.8, 0.7, 0.6]
    assert config["lr"] == 0.0005


def test_an_option_goes_back_to_its_default(command: Run, pictures: Path, tmp_path: Path) -> None:
    options = [*SMALL, "--steps", 2, "--without", "rescale", "--without", "last-lr"]
    options += ["--preset", "paper-fsrcnn", "--out", tmp_path / "a.safetensors"]
    ended = command("train", "--data", pictures, *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    config = json.loads((tmp_path / "a-run" / "config.json").read_text())
    assert (config["rescale"], config["last_lr"]) == ([], 1.0)
    assert config["optimizer"] == "sgd"


def test_a_shipped_model_teaches_by_its_name_and_any_other_by_its_file(
    command: Run, trained: Path, pictures: Path, tmp_path: Path
) -> None:
    for teacher in ("fsrcnn-x2", trained):
        out = tmp_path / f"{Path(teacher).stem}-taught.safetensors"
        options = [*SMALL, "--steps", 4, "--out", out, "--teacher", teacher]
        ended = command("train", "--data", pictures, *options)
        assert (ended.returncode, ended.stderr) == (0, "")
        config = json.loads((out.with_name(f"{out.stem}-run") / "config.json").read_text())
        assert config["teacher"] == str(teacher)


def test_a_run_that_diverges_says_so_and_fails(
    command: Run, pictures: Path, tmp_path: Path
) -> None:
    wild = ["--optimizer", "sgd", "--lr", 1, "--loss", "mse", "--schedule", "constant"]
    out = tmp_path / "a.safetensors"
    options = [*SMALL, "--validate-every", 1, "--steps", 3000, *wild, "--out", out]
    ended = command("train", "--data", pictures, *options)
    assert ended.returncode == 1
    assert "Choose a lower learning rate" in " ".join(ended.stdout.split())
    assert steps(out) < 3000


def test_a_run_that_diverged_without_a_model_does_not_say_that_it_was_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events: list[TrainingEvent] = [
        Started(0, 9, "CPU", ("a/1",), ("a/2",), 30.0),
        Noticed("The loss exploded."),
        Finished(3, "diverged", None, 30.0, None),
    ]
    follow(iter(events), TrainingConfig(run=tmp_path), Event())
    said = capsys.readouterr().out
    assert "The loss exploded." in said
    assert "before the first step" not in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--preset", "slow"], "There is no preset 'slow'"),
        (["--learn", "last"], "give one as start"),
        (["--preset", "fast", "--config", "a.json"], "not both"),
        (["--precision", "fp16", "--device", "cpu"], "fp16 needs a GPU"),
    ],
)
def test_what_does_not_go_together_is_refused(
    command: Run, pictures: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    ended = command("train", "--data", pictures, "--out", tmp_path / "a.safetensors", *options)
    assert ended.returncode == 2
    assert sentence in " ".join(ended.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_run_is_resumed_and_says_what_came_of_it(
    command: Run, pictures: Path, tmp_path: Path
) -> None:
    out, run = tmp_path / "a.safetensors", tmp_path / "kept"
    options = [*SMALL, "--steps", 8, "--stop-after", 5, "--out", out, "--run", run]
    ended = command("train", "--data", pictures, *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "5 of 8" in ended.stdout
    assert f"napari-fsrcnn train --resume {run}" in ended.stdout
    assert steps(out) == 5

    other = tmp_path / "b.safetensors"
    ended = command("train", "--resume", run, "--out", other)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "8 of 8" in ended.stdout
    assert "gain" in ended.stdout
    assert (steps(out), steps(other)) == (5, 8)


def test_options_come_before_the_file_that_they_stand_beside(
    command: Run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures.parent)
    file = tmp_path / "config.json"
    config = {
        "data": [pictures.name],
        "arch": "fsrcnn",
        "hyperparameters": {"d": 8, "s": 4, "m": 1},
        "scale": 2,
        "steps": 99,
        "batch": 2,
        "patch": 12,
        "device": "cpu",
        "out": str(tmp_path / "unused.safetensors"),
    }
    file.write_text(json.dumps(config))
    out = tmp_path / "a.safetensors"
    assert command("train", "--config", file, "--steps", 2, "--out", out).returncode == 0
    assert steps(out) == 2
    assert read_card(out).hyperparameters["d"] == 8
    # Resumed from another folder, the run finds its pictures again.
    monkeypatch.chdir(tmp_path)
    assert command("train", "--resume", tmp_path / "a-run").returncode == 0
    assert not (tmp_path / "unused.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--data {pictures}", "Say where the model is to be written"),
        ("--out a.safetensors", "Say what to train on"),
        ("--data {pictures} --out a.pt", "A model is saved as .safetensors"),
        ("--data {pictures} --out nowhere/a.safetensors", "does not exist"),
        ("--data nowhere --out a.safetensors", "There is no folder"),
        ("--data {pictures} --out a.safetensors --arch vdsr", "no architecture 'vdsr'"),
        ("--data {pictures} --out a.safetensors --patch 4", "patch: Input should be"),
        ("--data {pictures} --out a.safetensors --patch 400", "smaller than 400 x 400"),
        ("--data bsd100 --out a.safetensors --scale 8", "BSD-100 comes for x2, x3 and x4"),
        (
            "--data bsd100 --out a.safetensors --preset paper-fsrcnn",
            "so more sizes (rescale) can't",
        ),
        ("--data {pictures} --out a.safetensors --without sizes", "there is no such option"),
        ("--config nowhere.json", "There is no training configuration nowhere.json"),
        ("--config broken.json", "broken.json: Invalid JSON"),
        ("--config layers/config.json", "save these in a folder and give --data DIR"),
        ("--resume layers", "open and select them in napari and choose 'Continue a run...'"),
        ("--resume nowhere", "There is no training configuration"),
        ("--resume {run} --lr 0.1", "takes no --lr"),
        ("--resume {run} --config broken.json", "takes no --config"),
        ("--resume {run} --stop-after 0", "stop_after: Input should be"),
        ("--data {pictures} --out {trained} --patch 8", "already holds a training run"),
    ],
)
def test_bad_options_are_one_line_and_leave_nothing(
    command: Run,
    pictures: Path,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    layers = tmp_path / "layers"
    layers.mkdir()
    RunFolder(layers).write_config(TrainingConfig())
    run = trained.with_name("small-run")
    filled = words.format(pictures=pictures, trained=trained, run=run)
    ended = command("train", *filled.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert set(tmp_path.rglob("*")) == {broken, layers, layers / "config.json"}


def test_ctrl_c_saves_the_run_and_the_best_model(
    start: Callable[..., subprocess.Popen[str]], command: Run, pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.safetensors"
    log = tmp_path / "a-run" / "log.csv"
    training = start("train", "--data", pictures, *SMALL, "--steps", 100_000, "--out", out)
    while training.poll() is None and not (log.exists() and len(log.read_text().split()) > 2):
        time.sleep(0.05)
    training.send_signal(signal.SIGINT)
    stdout, stderr = training.communicate(timeout=60)
    assert training.returncode == 130
    assert stderr in {"", "Stopping: what has begun is finished first.\n"}  # if it takes a moment
    assert "of 100,000" in stdout
    assert f"napari-fsrcnn train --resume {tmp_path / 'a-run'}" in stdout
    before = steps(out)
    assert before >= 8

    ended = command("train", "--resume", tmp_path / "a-run", "--stop-after", 3)
    assert ended.returncode == 0
    assert steps(out) == before + 3
