"""Runs go to new folders, where the user wants them."""

from pathlib import Path

import platformdirs
import pytest

from napari_fsrcnn.widgets.run_location import new_run_folder


def test_it_says_what_is_trained_and_makes_nothing(runs: Path) -> None:
    folder = new_run_folder("fsrcnn-s", 4)
    assert folder.parent == runs
    assert folder.name.startswith("fsrcnn-s-x4-2")
    assert not runs.exists()


def test_runs_of_the_same_second_stay_apart() -> None:
    folders = set()
    for _ in range(20):
        folder = new_run_folder("fsrcnn", 2)
        folder.mkdir(parents=True)
        folders.add(folder)
    assert len(folders) == 20


def test_by_default_they_lie_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAPARI_FSRCNN_RUNS")
    users = platformdirs.user_data_path("napari-fsrcnn", appauthor=False)
    assert new_run_folder("fsrcnn", 2).parent == users / "runs"
