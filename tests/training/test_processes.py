"""Two processes that train together, started by torchrun as a user starts them."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
import safetensors.torch
import torch

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.processes import start_fabric

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
ALONE = [sys.executable]

# The second process has flat pictures, the first one noise that throws both networks off: only the
# second, whose edges zeros spoil, sees the loss explode, and that after the last step. So it is with
# this seed: what explodes depends on the patches that are drawn.
DIVERGES_IN_THE_SECOND = """
import atexit
import os
from pathlib import Path

import numpy as np

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Noticed
from napari_fsrcnn.training.train import train

first = os.environ["RANK"] == "0"


def say(line):
    os.write(1, f"{line}\\n".encode())  # at once: what print writes in two parts, others' can part


def print_threads(when):
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    say(f"{when} {os.environ['RANK']}: {names}")


atexit.register(print_threads, "ending")
random = np.random.default_rng(0)
noise = [random.integers(0, 256, (48, 48), np.uint8) for _ in range(4)]
pictures = [plane if first else np.full_like(plane, 128) for plane in noise]
length = {"steps": 2, "validate_every": 1, "batch": 2, "patch": 12, "levels": False}
wild = {"optimizer": "sgd", "lr": 1, "last_lr": 10, "loss": "mse", "schedule": "constant"}
zeros = {"padding_mode": "zeros"}
config = TrainingConfig(
    arch="fsrcnn-s", hyperparameters=zeros, scale=2, device="cpu", seed=3, **length, **wild
)
pairs = [Pair(str(number), plane, None, rgb=False) for number, plane in enumerate(pictures)]
for event in train(config, pictures=pairs):
    if first and isinstance(event, Noticed):
        say(event.text)
    if isinstance(event, Finished):
        print_threads("trained")
        if first:
            say(event.reason)
"""


@pytest.fixture(scope="module")
def folder(pictures: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "shapes"
    folder.mkdir()
    for pair in pictures:
        iio.imwrite(folder / f"{pair.name.removeprefix('shapes/')}.png", pair.hr)
    return folder


def command(start: list[str], folder: Path, out: Path, *options: str) -> list[str]:
    fixed = "--arch fsrcnn-s --scale 2 --patch 12 --device cpu"
    data = ["--data", str(folder), "--out", str(out)]
    return [*start, "-m", "napari_fsrcnn", "train", *data, *fixed.split(), *options]


def train(start: list[str], folder: Path, out: Path, *options: str) -> str:
    length = ["--steps", "30", "--validate-every", "10"]
    run = subprocess.run(
        command(start, folder, out, *length, *options),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert run.returncode == 0, run.stderr + run.stdout
    return run.stdout


def log(out: Path) -> list[tuple[float, float]]:
    text = (out.with_name(f"{out.stem}-run") / "log.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["step"] for row in rows] == ["10", "20", "30"]
    return [(float(row["loss"]), float(row["psnr"])) for row in rows]


def test_one_process_asks_nothing_of_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("JOB_ID", "1"), ("JOB_NAME", "train"), ("NTASKS", "2")):
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert start_fabric(torch.device("cpu"), "float32").world_size == 1


def test_two_processes_learn_what_one_with_twice_the_batch_learns(
    folder: Path, tmp_path: Path
) -> None:
    # Adam, for SOAP's directions are far apart after a few steps if one gradient is rounded otherwise.
    adam = ("--optimizer", "adam", "--lr", "1e-3")
    both, alone, half = (tmp_path / f"{name}.safetensors" for name in ("both", "alone", "half"))
    said = train(TORCHRUN, folder, both, "--batch", "4", *adam)
    train(ALONE, folder, alone, "--batch", "8", *adam)
    train(ALONE, folder, half, "--batch", "4", *adam)
    assert said.count("Training fsrcnn-s x2") == 1
    for (loss, psnr), (expected_loss, expected_psnr) in zip(log(both), log(alone), strict=True):
        assert loss == pytest.approx(expected_loss, rel=1e-3)
        assert psnr == pytest.approx(expected_psnr, abs=0.01)
    together, single, other = (safetensors.torch.load_file(path) for path in (both, alone, half))
    for name, weight in single.items():
        np.testing.assert_allclose(together[name].numpy(), weight.numpy(), atol=2e-4)
    assert any(not np.allclose(other[name], single[name], atol=2e-3) for name in single)


def test_one_process_repeats_the_run_of_two(folder: Path, tmp_path: Path) -> None:
    train(TORCHRUN, folder, tmp_path / "both.safetensors", "--batch", "2", "--optimizer", "adam")
    config = tmp_path / "both-run" / "config.json"
    repeat = [*ALONE, "-m", "napari_fsrcnn", "train", "--config", str(config)]
    subprocess.run(repeat, check=True, capture_output=True, timeout=200)
    expected, found = (log(tmp_path / f"{name}.safetensors") for name in ("both", "both-2"))
    assert [psnr for _, psnr in found] == pytest.approx([psnr for _, psnr in expected], abs=0.01)


@pytest.mark.parametrize("start", [TORCHRUN, ALONE], ids=["two", "one"])
def test_a_run_of_two_processes_goes_on(folder: Path, tmp_path: Path, start: list[str]) -> None:
    out, whole = tmp_path / "out.safetensors", tmp_path / "whole.safetensors"
    adam = ("--optimizer", "adam", "--lr", "1e-3", "--batch", "2")
    train(TORCHRUN, folder, whole, *adam)
    train(TORCHRUN, folder, out, *adam, "--stop-after", "10")
    resume = [*start, "-m", "napari_fsrcnn", "train", "--resume", str(tmp_path / "out-run")]
    subprocess.run(resume, check=True, capture_output=True, timeout=200)
    assert [psnr for _, psnr in log(out)] == pytest.approx(
        [psnr for _, psnr in log(whole)], abs=0.01
    )


def test_ctrl_c_saves_what_two_processes_have_learnt(folder: Path, tmp_path: Path) -> None:
    out, run = tmp_path / "out.safetensors", tmp_path / "out-run"
    # Nothing but the end of the run saves it.
    length = ["--steps", "100000", "--validate-every", "100000", "--batch", "2"]
    training = subprocess.Popen(
        command(TORCHRUN, folder, out, *length),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while training.poll() is None and not (run / "log.csv").exists():
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(training.pid, signal.SIGINT)  # as a terminal does: to all of them
    stdout, stderr = training.communicate(timeout=100)
    assert "validation PSNR not measured yet" in re.sub(" +", " ", stdout), stderr
    assert (run / "state.safetensors").exists()
    assert out.exists()


def test_a_run_that_diverges_in_two_processes_says_so(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.safetensors"
    wild = "--optimizer sgd --lr 1 --loss mse --schedule constant --batch 4 --seed 6"
    length = ["--steps", "3000", "--validate-every", "1000"]
    run = subprocess.run(
        command(TORCHRUN, folder, out, *wild.split(), *length),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert run.returncode == 1
    words = " ".join(run.stdout.split())
    assert "Choose a lower learning rate" in words
    assert "To go on" not in words
    assert not (tmp_path / "out-run" / "state.safetensors").exists()
    assert "before any step was validated, so there is no model" in words
    assert not out.exists()


def test_what_diverges_in_one_process_ends_the_run_of_all(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(DIVERGES_IN_THE_SECOND)
    run = subprocess.run(
        [*TORCHRUN, str(script)], capture_output=True, text=True, check=False, timeout=200
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    threads = [line for line in lines if line.startswith(("trained ", "ending "))]
    notice, reason = (line for line in lines if line not in threads)
    assert notice.startswith("In another process the loss exploded")
    assert "at step 2: stopped" in notice
    assert reason == "diverged"
    # Those of the group are gone: one that is still at work when Python ends can abort the process.
    assert {line.split(":")[0]: "gloo" in line for line in threads} == {
        "trained 0": True,
        "trained 1": True,
        "ending 0": False,
        "ending 1": False,
    }
