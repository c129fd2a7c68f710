"""Memory that runs out, in a process whose address space is limited: half a batch may still fit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import imageio.v3
import numpy as np
import pytest
import safetensors

from napari_fsrcnn.training.run_folder import RunFolder

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux limits an address space and tells its size"
)

# Trains with so many MiB more than the process has once it is ready, and prints what it says. A
# step before that loads what torch loads only when it is needed, wherever it runs.
LIMITED = """
import resource, sys
from pathlib import Path
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Noticed, Started
from napari_fsrcnn.training.train import train

config = TrainingConfig.model_validate_json(sys.argv[1])
small = {"run": None, "steps": 1, "batch": 1, "patch": 32}
for event in train(config.model_copy(update=small)):
    pass
for event in train(config):
    if isinstance(event, Started):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + int(sys.argv[2]) * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    if isinstance(event, Noticed):
        print(event.text)
    if isinstance(event, Finished):
        print(event.reason, event.step)
"""


def train_limited(mebibytes: int, **config: object) -> subprocess.CompletedProcess[str]:
    settings = json.dumps({"arch": "fsrcnn-s", "scale": 2, "device": "cpu", **config})
    return subprocess.run(
        [sys.executable, "-c", LIMITED, settings, str(mebibytes)],
        # Each thread would take address space of its own, more on machines of more cores.
        env=os.environ | {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.fixture
def data(tmp_path: Path) -> str:
    folder = tmp_path / "noise"
    folder.mkdir()
    for seed in range(3):
        noise = np.random.default_rng(seed).integers(0, 256, (400, 400), np.uint8)
        imageio.v3.imwrite(folder / f"{seed}.png", noise)
    return str(folder)


def test_the_batch_is_halved_until_it_fits_and_the_run_says_so(data: str, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    ended = train_limited(
        250, data=[data], run=str(folder.path), steps=4, batch=1024, patch=32, validate_every=4
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    *notices, last = ended.stdout.splitlines()
    batches = [1024 // 2**n for n in range(len(notices) + 1)]
    assert notices == [
        f"Memory ran out with {batch} patches in a step: going on with {batch // 2}."
        for batch in batches[:-1]
    ]
    assert 1 <= batches[-1] < 1024
    assert last == "done 4"
    # A resumed run goes on with what fits, and the configuration stays as it was given.
    with safetensors.safe_open(folder.state, "pt") as file:
        assert json.loads(file.metadata()["state"])["batch"] == batches[-1]
    assert folder.read_config().batch == 1024


def test_a_single_patch_that_does_not_fit_ends_the_run_with_advice(data: str) -> None:
    ended = train_limited(30, data=[data], steps=4, batch=2, patch=200)
    assert ended.stdout == "Memory ran out with 2 patches in a step: going on with 1.\n"
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "MemoryError: There is too little memory for a batch of 1 with patches of 200 x 200 LR "
        "pixels: choose a smaller patch or batch."
    )
