"""*Train* in a real viewer, with real, short runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils import progress
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QTextEdit,
    QWidget,
)

from napari_fsrcnn import upscale
from napari_fsrcnn.image.protocol import make_lr
from napari_fsrcnn.networks.device import available_devices
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.session_models import session_models
from napari_fsrcnn.widgets.train import TrainWidget
from napari_fsrcnn.widgets.train_form import PAIR

MINUTES = 120_000


def wait_for_the_end(widget: TrainWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not widget.running, timeout=MINUTES)


def run(widget: TrainWidget, qtbot: QtBot) -> None:
    widget.button.click()
    assert widget.running
    wait_for_the_end(widget, qtbot)


def test_a_run_gives_a_model_that_can_be_used(
    train_widget: TrainWidget, qtbot: QtBot, runs: Path, discs: np.ndarray
) -> None:
    run(train_widget, qtbot)
    (folder,) = runs.iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "log.csv",
        "model.safetensors",
        "state.safetensors",
        "tensorboard",
    }
    saved = read_checkpoint(folder / "model.safetensors")
    assert "20 steps done" in train_widget.status.text()
    assert f"{saved.card.validation.psnr:.2f} dB" in train_widget.status.text()
    assert folder.name in train_widget.status.text()
    model = session_models()[0]
    assert (model.name, model.sha256) == (folder.name, saved.sha256)
    assert upscale(discs[0], model, device="cpu").shape == (128, 128)


def test_every_control_has_a_tooltip(train_widget: TrainWidget) -> None:
    """Qt shows that of the nearest widget around it that has one."""

    def tooltip(control: QWidget) -> str:
        around = control.parentWidget()
        if control.toolTip() or control is train_widget or around is None:
            return control.toolTip()
        return tooltip(around)

    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QTextEdit)
    controls = [each for kind in kinds for each in train_widget.findChildren(kind)]
    assert {"Start", "Pause"} < {each.text() for each in controls if hasattr(each, "text")}
    assert [each for each in controls if not tooltip(each)] == []


def test_the_curves_show_the_run(train_widget: TrainWidget, qtbot: QtBot, runs: Path) -> None:
    curves = train_widget.curves
    assert not curves.isVisibleTo(train_widget)
    run(train_widget, qtbot)
    assert curves.isVisibleTo(train_widget)
    (log,) = runs.glob("*/log.csv")
    rows = np.genfromtxt(log, delimiter=",", names=True)
    steps, psnr = np.transpose(curves.psnr)
    np.testing.assert_array_equal(steps, rows["step"])
    np.testing.assert_allclose(psnr, rows["psnr"], atol=1e-3)
    assert curves.bicubic == pytest.approx(rows["bicubic_psnr"][0], abs=1e-3)
    assert curves.loss[-1][0] == 20


def test_while_it_runs_the_form_rests_and_the_activity_dock_moves(
    train_widget: TrainWidget, qtbot: QtBot
) -> None:
    train_widget.form.fields["steps"].value = 100_000
    train_widget.button.click()
    assert train_widget.button.text() == "Stop"
    assert not train_widget.form.isEnabled()
    (bar,) = progress._all_instances
    qtbot.waitUntil(lambda: 0 < bar.n < bar.total == 100_000, timeout=MINUTES)
    assert "on CPU" in train_widget.status.text()
    train_widget.button.click()
    assert not train_widget.button.isEnabled()
    wait_for_the_end(train_widget, qtbot)
    assert train_widget.button.text() == "Start"
    assert train_widget.button.isEnabled()
    assert train_widget.form.isEnabled()
    assert not progress._all_instances


def test_stop_keeps_the_best_weights(train_widget: TrainWidget, qtbot: QtBot, runs: Path) -> None:
    train_widget.form.fields["steps"].value = 100_000
    train_widget.button.click()
    qtbot.waitUntil(lambda: len(train_widget.curves.psnr) >= 3, timeout=MINUTES)
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    assert "Stopped after" in train_widget.status.text()
    (folder,) = runs.iterdir()
    validation = read_checkpoint(folder / "model.safetensors").card.validation
    assert validation is not None
    assert validation.psnr >= max(psnr for _, psnr in train_widget.curves.psnr) - 1e-4
    # Two runs within a second, of different folders, have the same name.
    assert session_models()[0].name.removesuffix(" (2)") == folder.name


def test_stopped_at_once_nothing_is_changed(
    train_widget: TrainWidget, viewer_with_discs: Any, qtbot: QtBot, runs: Path
) -> None:
    models = session_models()
    train_widget.button.click()
    train_widget.button.click()
    wait_for_the_end(train_widget, qtbot)
    assert "nothing" in train_widget.status.text()
    assert not list(runs.glob("*/model.safetensors"))
    assert session_models() == models
    assert [layer.name for layer in viewer_with_discs.layers] == ["discs"]
    assert not train_widget.save_button.isEnabled()


def test_one_run_after_another(train_widget: TrainWidget, qtbot: QtBot, runs: Path) -> None:
    for _ in range(2):
        run(train_widget, qtbot)
    names = sorted(path.name for path in runs.iterdir())
    assert len(names) == 2
    assert sorted(model.name for model in session_models()[:2]) == names
    assert [step for step, _ in train_widget.curves.psnr] == [10, 20]


def test_hr_and_lr_layers_are_learnt_from(
    train_widget: TrainWidget, viewer_with_discs: Any, qtbot: QtBot, discs: np.ndarray
) -> None:
    hr = viewer_with_discs.layers["discs"]
    lr = viewer_with_discs.add_image(make_lr(discs.astype(float), 2).astype(np.uint8), name="LR")
    viewer_with_discs.layers.selection = {hr, lr}
    train_widget.form.fields["source"].value = PAIR
    run(train_widget, qtbot)
    assert "20 steps done" in train_widget.status.text()
    shown = next(layer for layer in viewer_with_discs.layers if layer.name.endswith(": LR"))
    assert any(np.allclose(shown.data * 255, plane, atol=1) for plane in lr.data)


def test_all_devices_are_offered_once_torch_is_there(
    train_widget: TrainWidget, qtbot: QtBot
) -> None:
    run(train_widget, qtbot)
    device = train_widget.form.fields["device"]
    assert list(device.choices) == available_devices()
    assert device.value == "cpu"


def test_the_model_can_be_saved_elsewhere(
    train_widget: TrainWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    run(train_widget, qtbot)
    assert train_widget.save_button.isEnabled()
    train_widget.save_button.save(tmp_path / "mine.safetensors")
    assert read_checkpoint(tmp_path / "mine.safetensors").sha256 == session_models()[0].sha256
    assert "mine.safetensors" in train_widget.status.text()
