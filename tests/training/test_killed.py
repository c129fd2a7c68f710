"""A run that is killed at any moment: little is lost, and the end is that of a run left alone."""

import csv
import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import imageio.v3
import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.weights.checkpoint import read_checkpoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")

KILLS = 30
INTERVAL = 3
OPTIONS = (
    *("--arch", "fsrcnn-s", "--scale", "2", "--batch", "2", "--patch", "8", "--device", "cpu"),
    *("--steps", "100000", "--validate-every", str(INTERVAL)),
)

# The command line as `python -m napari_fsrcnn` runs it, but for one thing: the step of each event
# is also written to a file, so that it is known how far the run was when it was killed.
REPORTING = """
import sys
from napari_fsrcnn.cli import app, follow

def reported(events):
    with open(report, "ab", buffering=0) as file:
        for event in events:
            if hasattr(event, "step"):
                file.write(b"%d\\n" % event.step)
            yield event

show = follow.follow
follow.follow = lambda events, *others: show(reported(events), *others)
sys.argv = ["napari-fsrcnn", "train", *words]
sys.exit(app.run())
"""

Start = Callable[..., multiprocessing.process.BaseProcess]


@pytest.fixture(scope="module")
def start() -> Start:
    """Return a function that starts a training in a process of its own, with torch loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["napari_fsrcnn.cli.app", "napari_fsrcnn.cli.follow", "napari_fsrcnn.training.trainer"]
    )

    def start(report: Path, *words: object) -> multiprocessing.process.BaseProcess:
        names = {"report": str(report), "words": [str(word) for word in words]}
        process = context.Process(target=exec, args=(REPORTING, names))
        process.start()
        return process

    return start


def train(*words: object) -> None:
    line = [sys.executable, "-m", "napari_fsrcnn", "train", *map(str, words)]
    subprocess.run(line, check=True, capture_output=True, timeout=120)


def reported_steps(report: Path) -> list[int]:
    return [int(line) for line in report.read_bytes().split()] if report.exists() else []


def kill_at_random(process: multiprocessing.process.BaseProcess, report: Path) -> int:
    """Kill a process some events after its start, and return the step that it had come to."""
    random = np.random.default_rng()
    enough = len(reported_steps(report)) + random.integers(12)
    while process.is_alive() and len(reported_steps(report)) < enough:
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.02))
    process.kill()
    process.join()
    assert process.exitcode == -9
    return (reported_steps(report) or [0])[-1]


def saved_step(folder: RunFolder) -> int:
    with safetensors.safe_open(folder.state, "pt") as file:
        return int(json.loads(file.metadata()["state"])["step"])


def check_saved(folder: RunFolder, reached: int) -> None:
    """Read all files of a run, and see that not more than an interval is lost."""
    saved = saved_step(folder)
    assert reached - saved <= INTERVAL
    assert folder.read_config().scale == 2
    training = read_checkpoint(folder.model).card.training
    assert training is not None
    logged = [int(row["step"]) for row in csv.DictReader(folder.log.read_text().splitlines())]
    assert logged == list(range(INTERVAL, logged[-1] + 1, INTERVAL))
    # Both are written before the state, so they may be ahead of it, by one interval.
    assert training.step - saved in (0, INTERVAL)
    assert logged[-1] - saved in (0, INTERVAL)


def weights(path: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(path)


def test_a_run_killed_over_and_over_ends_as_one_that_is_left_alone(
    pictures: list[Pair], tmp_path: Path, start: Start
) -> None:
    data = tmp_path / "shapes"
    data.mkdir()
    for number, pair in enumerate(pictures):
        imageio.v3.imwrite(data / f"{number}.png", pair.hr)
    new = ["--data", data, *OPTIONS, "--out"]
    alone, folder = RunFolder(tmp_path / "alone-run"), RunFolder(tmp_path / "killed-run")
    report = tmp_path / "steps"
    for _ in range(KILLS):
        resumable = folder.state.exists()
        words = ["--resume", folder.path] if resumable else [*new, tmp_path / "killed.safetensors"]
        reached = kill_at_random(start(report, *words), report)
        if folder.state.exists():
            check_saved(folder, reached)
        else:
            assert reached <= INTERVAL
        # A write that is killed may leave a hidden file, which goes when the run goes on.
        assert len(list(tmp_path.rglob(".*"))) <= 1
    saved = saved_step(folder)
    train("--resume", folder.path, "--stop-after", 2 * INTERVAL)
    train(*new, tmp_path / "alone.safetensors", "--stop-after", saved + 2 * INTERVAL)
    assert {path.name for path in folder.path.iterdir()} == {
        path.name for path in alone.path.iterdir()
    }
    for killed, whole in ((folder.model, alone.model), (folder.state, alone.state)):
        left = weights(killed)
        assert left.keys() == weights(whole).keys()
        assert all(torch.equal(tensor, left[name]) for name, tensor in weights(whole).items())
