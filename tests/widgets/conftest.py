"""What the widgets' tests share: runs that lie elsewhere, pictures, and forms that are filled in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari import settings
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.widgets.evaluate import EvaluateWidget
from napari_fsrcnn.widgets.train import TrainWidget
from napari_fsrcnn.widgets.train_form import LAYERS

SHORT_RUN = {
    "source": LAYERS,
    "arch": "fsrcnn-s",
    "scale": 2,
    "steps": 20,
    "device": "cpu",
    "batch": 2,
    "patch": 8,
    "validate_every": 10,
}


def run_evaluation(widget: EvaluateWidget, qtbot: QtBot) -> None:
    """Press *Evaluate*, and wait until all is measured."""
    widget.button.click()
    assert widget.button.text() == "Stop"
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)


def last_notification() -> str:
    """Give napari's last message."""
    return notification_manager.records[-1].message


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep training runs out of the user's own data folder."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("NAPARI_FSRCNN_RUNS", str(folder))
    return folder


@pytest.fixture(autouse=True)
def preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the user's Preferences out of the tests, and the tests' out of the user's.

    As napari's own fixture ``plugin_settings`` does, which hides installed plugins as well.
    """
    monkeypatch.setattr(settings, "_CFG_PATH", str(tmp_path / "settings.yaml"))
    settings._clear_plugin_settings_cache()
    yield
    settings._clear_plugin_settings_cache()


@pytest.fixture
def discs() -> np.ndarray:
    """Six pictures of discs with sharp edges, uint8, (6, 64, 64)."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64]
    pictures = np.full((6, 64, 64), 128, np.uint8)
    for picture in pictures:
        for _ in range(12):
            cy, cx, radius = *random.uniform(0, 64, 2), random.uniform(3, 16)
            picture[np.hypot(y - cy, x - cx) < radius] = random.integers(256)
    return pictures


@pytest.fixture
def viewer_with_discs(make_napari_viewer_proxy: Callable[[], Any], discs: np.ndarray) -> Any:
    """A viewer whose one layer, the stack of six pictures, is selected."""
    viewer = make_napari_viewer_proxy()
    viewer.add_image(discs, name="discs")
    return viewer


@pytest.fixture
def train_widget(viewer_with_discs: Any) -> TrainWidget:
    """*Train* in its dock, filled in for a run of a second."""
    widget = TrainWidget(viewer_with_discs)
    viewer_with_discs.window.add_dock_widget(widget, name="Train")
    for name, value in SHORT_RUN.items():
        widget.form.fields[name].value = value
    return widget


@pytest.fixture
def evaluate_widget(viewer_with_discs: Any) -> EvaluateWidget:
    """*Evaluate* in its dock, as the Plugins menu opens it, with two models ticked."""
    _, widget = viewer_with_discs.window.add_plugin_dock_widget("napari-fsrcnn", "Evaluate")
    widget.form.models.tick("fsrcnn-x2", "fsrcnn-x3")
    widget.form.device.value = "cpu"
    return widget
