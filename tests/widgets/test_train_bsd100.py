"""The whole job in the viewer on BSD-100: load, train, pause, resume, stop, upscale, compare."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from napari_fsrcnn.evaluation.compare import compare
from napari_fsrcnn.inference.upscale import bicubic
from napari_fsrcnn.widgets.session_models import session_models
from napari_fsrcnn.widgets.train import TrainWidget
from napari_fsrcnn.widgets.upscale import UpscaleWidget

MINUTES = 400_000

RUN = {
    "arch": "fsrcnn-s",
    "scale": 2,
    "steps": 250,
    "batch": 16,
    "lr": 2e-3,
    "levels": False,  # learns faster
    "validate_every": 100,
    "device": "cpu",
}


def train(viewer: Any, qtbot: QtBot) -> TrainWidget:
    """Train 200 of 250 steps on BSD-100, with a pause."""
    _, train = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Train")
    for name, value in RUN.items():
        train.form.fields[name].value = value
    train.button.click()
    qtbot.waitUntil(lambda: len(train.curves.psnr) == 1, timeout=MINUTES)
    train.pause_button.click()
    qtbot.waitUntil(lambda: "Paused after" in train.status.text(), timeout=MINUTES)
    train.pause_button.click()
    qtbot.waitUntil(lambda: len(train.curves.psnr) == 2, timeout=MINUTES)
    train.button.click()
    qtbot.waitUntil(lambda: not train.running, timeout=MINUTES)
    return train


@pytest.mark.timeout(600)
def test_load_train_pause_resume_stop_upscale_and_read_the_gain(
    make_napari_viewer_proxy: Callable[[], Any],
    qtbot: QtBot,
    data_folder: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", str(data_folder("BSD100").parent))
    viewer = make_napari_viewer_proxy()
    viewer.open_sample("napari-fsrcnn", "bsd100-pair-x2")
    hr, lr = viewer.layers
    trained = train(viewer, qtbot)
    assert "Stopped after 2" in trained.status.text()
    assert "above bicubic" in trained.status.text()
    assert trained.curves.bicubic is not None
    assert max(psnr for _, psnr in trained.curves.psnr) > trained.curves.bicubic
    previews = [layer.name.rpartition(": ")[2] for layer in viewer.layers[2:]]
    assert previews == ["HR", "LR", "bicubic", "network"]

    _, upscaling = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    form = upscaling.form
    form.layer.value, form.scale.value, form.reference.value = lr, 2, hr
    (form.model.value,) = [
        choice for choice in form.model.choices if choice.model is session_models()[0]
    ]
    form.device.value = "cpu"
    upscaling.button.click()
    qtbot.waitUntil(lambda: not upscaling.running, timeout=MINUTES)
    result = viewer.layers[viewer.layers.index(lr) + 1]
    assert result.data.shape == hr.data.shape
    assert gain(hr, lr, result) > 0
    assert_shown(upscaling, result)


def gain(hr: Any, lr: Any, result: Any) -> float:
    """Return by how many dB a layer is nearer to HR than bicubic is."""
    ours, plain = (
        compare(hr.data, image, rgb=True, data_range=255, shave=2).psnr
        for image in (result.data, bicubic(lr.data, 2, rgb=True))
    )
    return ours - plain


def assert_shown(widget: UpscaleWidget, result: Any) -> None:
    assert "PSNR" in widget.figures.text()
    assert session_models()[0].name in result.name
