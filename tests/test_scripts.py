"""The set-up steps of the scripts, each run for real in a copy of the checkout's scripts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
BASH = shutil.which("bash")
TOOLS = ("bash", "dirname", "env", "grep", "id")

pytestmark = pytest.mark.skipif(BASH is None, reason="the scripts are for systems that have bash")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(SCRIPTS, tmp_path / "checkout" / "scripts")
    return tmp_path / "checkout"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the only folder that the scripts find programs in: no Python, apt-get or sudo."""
    path = tmp_path / "bin"
    path.mkdir()
    for tool in TOOLS:
        (path / tool).symlink_to(shutil.which(tool) or "")
    return path


def run_bash(commands: str, checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASH or "", "-c", f"set -euo pipefail; {commands}"],
        cwd=checkout,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def add_program(path: Path, name: str, commands: str) -> None:
    program = path / name
    program.write_text(f"#!{BASH}\n{commands}\n")
    program.chmod(0o755)


def test_no_python_is_one_sentence(checkout: Path, path: Path) -> None:
    run = run_bash("scripts/demo", checkout, path)
    assert run.returncode == 1
    assert run.stderr == "No Python 3.11 or newer was found. Install one and run this again.\n"
    assert not (checkout / ".venv").exists()


def test_an_old_python_is_passed_over(checkout: Path, path: Path) -> None:
    add_program(path, "python3", "exit 1")  # what an old one answers to the question of its age
    add_program(path, "python3.11", f'exec {sys.executable} "$@"')
    run = run_bash("source scripts/prepare; find_python", checkout, path)
    assert (run.returncode, run.stdout) == (0, "python3.11\n")


def test_the_environment_is_made_once(checkout: Path, path: Path) -> None:
    add_program(path, "python3", f'exec {sys.executable} "$@"')
    make = "source scripts/prepare; make_environment"
    assert run_bash(make, checkout, path).returncode == 0
    (path / "python3").unlink()
    again = run_bash(f"{make}; .venv/bin/python -m pip --version", checkout, path)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith("pip ")


def test_missing_packages_are_named_where_they_cannot_be_installed(
    checkout: Path, path: Path
) -> None:
    add_program(path, "dpkg-query", '[[ $* == *" xauth "* ]] && echo installed')
    run = run_bash("source scripts/prepare; install_display", checkout, path)
    assert run.returncode == 1
    assert "run this again: apt-get install xvfb libdbus-1-3 " in run.stderr
    assert "xauth" not in run.stderr


def test_another_system_is_told_what_is_missing(checkout: Path, path: Path) -> None:
    run = run_bash("source scripts/prepare; install_display", checkout, path)
    assert run.returncode == 1
    assert run.stderr.startswith("xvfb-run is missing.")
    add_program(path, "xvfb-run", "exit 0")
    assert run_bash("source scripts/prepare; install_display", checkout, path).returncode == 0
