"""The self-test of *Upscale* in a real viewer."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QScrollArea
from skimage import data

import napari_fsrcnn
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets import session_models
from napari_fsrcnn.widgets.closing import main_window
from napari_fsrcnn.widgets.upscale import UpscaleWidget

CAMERA = data.camera()[100:220, 150:300]


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[[], Any]) -> Any:
    return make_napari_viewer_proxy()


@pytest.fixture
def widget(viewer: Any) -> UpscaleWidget:
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    widget.form.scale.value = 3
    widget.form.device.value = "cpu"
    return widget


def run(widget: UpscaleWidget, qtbot: QtBot) -> str:
    """Click on *Self-test*, and return what is to be read at the end."""
    widget.test_button.click()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    shown = widget.self_test.text.text() + widget.self_test.note.text()
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


def test_the_gain_is_shown_and_its_map_lies_over_the_layer(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    layer = viewer.add_image(CAMERA, name="cells", scale=(0.5, 0.25), translate=(3, 4))
    assert not widget.self_test.isVisible()
    text = run(widget, qtbot)
    found = napari_fsrcnn.self_test(CAMERA, 3, device="cpu")
    assert f"bicubic {found.bicubic.psnr:.2f} {found.bicubic.ssim:.4f}" in text
    for model in found.models:
        assert f"{model.name} {model.psnr:.2f} {model.psnr_gain:+.2f} {model.ssim:.4f}" in text
    assert found.advice in text
    assert "Measured on 120 x 150 pixels: grey values, data_range 255" in text
    for each in (found.bicubic, *found.models):
        assert f"{each.name} {each.consistency:.2f} dB" in text
    assert viewer.layers == [layer]
    widget.self_test.map_button.click()
    assert len(viewer.layers) == 2
    shown = viewer.layers[-1]
    np.testing.assert_array_equal(shown.data, found.region.gain)
    np.testing.assert_allclose(shown.data_to_world([7, 9]), layer.data_to_world([7, 9]))
    assert widget.form.layer.value == layer  # the map is nothing to upscale
    shown.visible = False
    widget.self_test.map_button.click()
    assert viewer.layers == [layer, shown]
    assert shown.visible
    viewer.layers.remove(shown)
    widget.self_test.map_button.click()
    assert len(viewer.layers) == 2


def test_a_low_window_stays_low_and_all_can_be_read(
    viewer: Any,
    widget: UpscaleWidget,
    qtbot: QtBot,
    make_model: Callable[..., Model],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained = [replace(make_model(3), name=f"fsrcnn-x3-of-today-{n}") for n in range(3)]
    monkeypatch.setattr(session_models, "_models", trained)
    viewer.add_image(CAMERA, name="cells")
    window = main_window(widget)
    assert window is not None
    window.resize(900, 600)
    window.show()
    run(widget, qtbot)
    qtbot.wait(200)
    assert window.height() == 600
    for label in (widget.self_test.text, widget.self_test.note):
        assert label.height() >= label.heightForWidth(label.width())
        assert label.width() >= label.minimumSizeHint().width()
    (bar,) = [
        area.verticalScrollBar()
        for area in widget.findChildren(QScrollArea)
        if area.isAncestorOf(widget.self_test)
    ]
    assert bar.maximum() > 0


def test_models_of_the_session_are_tested_too(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot, make_model: Callable[..., Model]
) -> None:
    name = session_models.add_model(make_model(3)).name
    viewer.add_image(CAMERA, name="cells")
    found = run(widget, qtbot)
    assert re.search(rf"{re.escape(name)} \(just trained\) \d+\.\d\d -\d+\.\d\d ", found)
    assert "Use " in found  # a shipped one is better


def test_files_of_one_name_are_told_apart(
    viewer: Any,
    widget: UpscaleWidget,
    qtbot: QtBot,
    make_model: Callable[..., Model],
    tmp_path: Path,
) -> None:
    for folder in ("cells", "grains"):
        file = tmp_path / folder / "model.safetensors"
        file.parent.mkdir()
        save_checkpoint(file, make_model(3))
        with qtbot.waitSignal(widget.form.browse.loaded, timeout=60_000):
            widget.load_file(file)
    viewer.add_image(CAMERA, name="cells")
    found = run(widget, qtbot)
    for label in ("cells/model.safetensors", "grains/model.safetensors"):
        assert re.search(rf"{label} \d+\.\d\d ", found)


def test_bad_input_is_one_sentence_and_the_last_result_goes(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    before = len(notification_manager.records)
    run(widget, qtbot)
    viewer.add_image(CAMERA, name="cells")
    run(widget, qtbot)
    viewer.add_image(CAMERA[:9, :9], name="tiny")
    run(widget, qtbot)
    sentences = [record.message for record in notification_manager.records[before:]]
    assert len(sentences) == 2
    assert "No image layer is selected" in sentences[0]
    assert "9 x 9 pixels, and a self-test x3 needs 18 x 18" in sentences[1]
    assert widget.status.text() == sentences[1]
    assert not widget.self_test.isVisible()


def test_while_it_runs_it_can_be_stopped(viewer: Any, widget: UpscaleWidget, qtbot: QtBot) -> None:
    viewer.add_image(np.tile(CAMERA, (60, 1, 1)), name="stack")
    widget.test_button.click()
    assert widget.button.text() == "Stop"
    assert not widget.test_button.isEnabled()
    widget.button.click()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert widget.status.text() == "Stopped: nothing was changed."
    assert widget.test_button.isEnabled()
    assert not widget.self_test.isVisible()


def test_a_layer_that_was_chosen_stays_so_when_the_result_comes_in(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    first = viewer.add_image(CAMERA, name="first")
    second = viewer.add_image(CAMERA, name="second")
    widget.form.layer.value = first  # while the second one is selected
    widget.button.click()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert viewer.layers[1].name.startswith("first [")
    assert widget.form.layer.value == first
    viewer.layers.selection.active = second
    assert widget.form.layer.value == second


def test_the_map_of_a_layer_that_was_removed(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    viewer.add_image(CAMERA, name="cells")
    run(widget, qtbot)
    viewer.layers.clear()
    widget.self_test.map_button.click()
    assert [layer.name.partition(" ")[0] for layer in viewer.layers] == ["cells"]
