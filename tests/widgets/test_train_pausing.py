"""A run can be paused, and continued in another session."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.train import TrainWidget
from napari_fsrcnn.widgets.train_form import BSD100

MINUTES = 120_000


def train_until_paused(widget: TrainWidget, qtbot: QtBot) -> None:
    widget.form.fields["steps"].value = 100_000
    widget.button.click()
    qtbot.waitUntil(lambda: len(widget.curves.psnr) >= 2, timeout=MINUTES)
    widget.pause_button.click()
    assert widget.pause_button.text() == "Resume"
    qtbot.waitUntil(lambda: widget.status.text().startswith("Paused after"), timeout=MINUTES)


def wait_for_the_end(widget: TrainWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not widget.running, timeout=MINUTES)


def test_paused_it_waits_and_then_goes_on(
    train_widget: TrainWidget, qtbot: QtBot, runs: Path
) -> None:
    assert not train_widget.pause_button.isEnabled()
    train_until_paused(train_widget, qtbot)
    losses = list(train_widget.curves.loss)
    assert (next(runs.iterdir()) / "state.safetensors").is_file()
    qtbot.wait(500)
    assert train_widget.running
    assert train_widget.curves.loss == losses
    train_widget.pause_button.click()
    assert train_widget.pause_button.text() == "Pause"
    qtbot.waitUntil(lambda: len(train_widget.curves.loss) > len(losses) + 1, timeout=MINUTES)
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    assert not train_widget.pause_button.isEnabled()


def test_stopped_in_a_pause_it_ends(train_widget: TrainWidget, qtbot: QtBot) -> None:
    train_until_paused(train_widget, qtbot)
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    assert train_widget.status.text().startswith("Stopped after")
    assert train_widget.pause_button.text() == "Pause"


def test_a_run_is_continued(train_widget: TrainWidget, qtbot: QtBot, runs: Path) -> None:
    fields = train_widget.form.fields
    fields["steps"].value = 2_000
    train_widget.button.click()
    qtbot.waitUntil(lambda: len(train_widget.curves.psnr) >= 2, timeout=MINUTES)
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    (folder,) = runs.iterdir()
    config = RunFolder(folder).read_config()
    trained = read_checkpoint(folder / "model.safetensors").card.training
    assert trained is not None
    fields["preset"].value = "paper-fsrcnn"
    train_widget.continue_run(folder)
    assert fields["arch"].value == "fsrcnn-s"
    assert train_widget.form.config().model_copy(update={"run": config.run}) == config
    qtbot.waitUntil(lambda: len(train_widget.curves.psnr) >= 2, timeout=MINUTES)
    first, _ = train_widget.curves.loss[0]
    assert first > 20
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    assert list(runs.iterdir()) == [folder]
    steps = np.genfromtxt(folder / "log.csv", delimiter=",", names=True)["step"]
    np.testing.assert_array_equal(steps, np.arange(10, 10 * len(steps) + 1, 10))


def test_a_folder_without_a_run_is_refused(
    train_widget: TrainWidget, tmp_path: Path, viewer_with_discs: Any
) -> None:
    notification_manager.records.clear()
    train_widget.continue_run(tmp_path)
    assert not train_widget.running
    (notice,) = notification_manager.records
    assert "There is no training configuration" in notice.message
    assert list(viewer_with_discs.layers) == [viewer_with_discs.layers["discs"]]


def test_stopped_while_bsd100_is_fetched_nothing_began(
    train_widget: TrainWidget, qtbot: QtBot, data_folder: Callable[[str], Path], runs: Path
) -> None:
    data_folder("BSD100")
    train_widget.form.fields["source"].value = BSD100
    told = []

    def stop_at_once(sentence: str) -> None:
        told.append(sentence)
        train_widget.stop()

    train_widget.view.told.connect(stop_at_once)
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    assert told[0].startswith("Fetching BSD-100")
    assert train_widget.status.text().startswith("Stopped before training began")
    assert not runs.exists()
