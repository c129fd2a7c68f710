"""Every end that a command can come to: its exit code, and what is said on which stream."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version

import pytest

from napari_fsrcnn.cli import models as models_command
from napari_fsrcnn.cli.app import in_one_line

Run = Callable[..., subprocess.CompletedProcess[str]]

COMMANDS = ["demo", "models", "upscale", "train", "evaluate", "download", "convert"]


@pytest.mark.parametrize("words", [["--help"], ["models"], ["train", "--help"]])
def test_help_and_models_load_no_torch(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from napari_fsrcnn.cli.main import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    heavy = {'torch', 'torchvision', 'skimage', 'scipy', 'napari', 'qtpy'}\n"
        "    print('loaded:', *sorted(heavy & set(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.splitlines()[-1] == "loaded:"
    assert run.stderr == ""


def test_help_names_every_command(command: Run) -> None:
    for words in ([], ["--help"]):
        ended = command(*words)
        assert ended.returncode == 0
        assert all(f" {name} " in ended.stdout for name in COMMANDS)


def test_ctrl_c_while_it_is_loading_is_no_error() -> None:
    code = (
        "import importlib.abc, os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Press(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'pydantic':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Press())\n"
        "from napari_fsrcnn.cli.main import main\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "models"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_the_version_is_the_packages(command: Run) -> None:
    assert command("--version").stdout.strip() == version("napari-fsrcnn")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("frobnicate", "No such command 'frobnicate'."),
        ("models --all", "No such option: --all"),
        ("upscale a.png", "Missing argument 'OUT'."),
        ("evaluate --model bicubic --data x", "Missing option '--scale'."),
        ("train --steps many", "Invalid value for '--steps'"),
        ("train --loss l3", "Invalid value for '--loss'"),
        ("download set5", "Invalid value for"),
        ("train --data bsd100 --out a.safetensors --scale 9", "scale: Input should be"),
        ("upscale a.png b.png --value-range 5 5", "The value range must be LOW HIGH"),
        ("selftest a.png --scale 2 --value-range 5 5", "The value range must be LOW HIGH"),
        ("upscale nowhere.png b.png", "There is no file or folder nowhere.png."),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(command: Run, words: str, sentence: str) -> None:
    ended = command(*words.split())
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"Error: {sentence}")
    assert ended.stderr.endswith("\n")
    assert ended.stderr.count("\n") == 1


def test_a_process_ends_so_too(process: Run) -> None:
    ended = process("upscale", "nowhere.png", "b.png")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "Error: There is no file or folder nowhere.png.\n"


def test_a_sentence_of_many_lines_becomes_one() -> None:
    assert in_one_line(ValueError("first\n  second")) == "first second"


def test_a_bug_shows_where_it_comes_from(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(models_command, "show_table", broken)
    with pytest.raises(ZeroDivisionError):
        command("models")
