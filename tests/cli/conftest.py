"""Running the command line, in this process and in one of its own, and pictures for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray

from napari_fsrcnn.cli.main import main

Ended = subprocess.CompletedProcess[str]
Run = Callable[..., Ended]

# A shell that runs the tests in the background may have Ctrl-C ignored for all that it starts.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from napari_fsrcnn.cli.main import main; main()"
)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command in this process."""

    def run(*words: object) -> Ended:
        line = ["napari-fsrcnn", *map(str, words)]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as ended:
            main()
        return subprocess.CompletedProcess(line, int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def process() -> Run:
    """Return a function that runs a command as a user does, in a process of its own."""

    def run(*words: object) -> Ended:
        return subprocess.run(
            [sys.executable, "-m", "napari_fsrcnn", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts a command that can be interrupted."""

    def run(*words: object, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    return run


def texture(seed: int, size: int = 64) -> NDArray[np.uint8]:
    """Draw smooth random waves, grey: a network can learn something from them."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    waves = np.zeros((size, size))
    for frequency_y, frequency_x in random.uniform(-0.9, 0.9, (4, 2)):
        waves += np.sin(frequency_y * y + frequency_x * x)
    return (127 + 30 * waves).astype(np.uint8)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of six small grey PNG files."""
    folder = tmp_path_factory.mktemp("data") / "waves"
    folder.mkdir()
    for number in range(6):
        iio.imwrite(folder / f"wave_{number}.png", texture(number))
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, pictures: Path, process: Run) -> Path:
    """Train a small network x2 for 30 steps, and return its file."""
    out = tmp_path_factory.mktemp("trained") / "small.safetensors"
    options = "--arch fsrcnn-s --scale 2 --steps 30 --batch 4 --patch 12 --validate-every 10"
    ended = process("train", "--data", pictures, *options.split(), "--device", "cpu", "--out", out)
    assert (ended.returncode, ended.stderr) == (0, "")
    return out
