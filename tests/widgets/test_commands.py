"""The Layers menu's commands, run as the menu runs them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel

import napari_fsrcnn
from napari_fsrcnn.evaluation.compare import compare

RNG = np.random.default_rng(7)
GREY = RNG.integers(0, 256, (40, 50), np.uint8)
NOISY = np.clip(GREY + RNG.normal(0, 9, GREY.shape), 0, 255).astype(np.uint8)
DOCK = "PSNR and SSIM"


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[[], Any]) -> Any:
    return make_napari_viewer_proxy()


def run(command: str) -> None:
    from napari._app_model import get_app_model

    get_app_model().commands.execute_command(f"napari-fsrcnn.{command}").result()


def test_super_resolution_of_the_active_layer(viewer: Any, qtbot: QtBot) -> None:
    viewer.add_image(GREY, name="cells", translate=(5, 7))
    run("super_resolution_x3")
    qtbot.waitUntil(lambda: len(viewer.layers) == 2, timeout=60_000)
    result = viewer.layers["cells [fsrcnn-x3]"]
    np.testing.assert_array_equal(result.data, napari_fsrcnn.upscale(GREY, "fsrcnn-x3"))
    np.testing.assert_allclose(result.translate, [5 - 1 / 3, 7 - 1 / 3])


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_each_scale_has_its_command(viewer: Any, qtbot: QtBot, scale: int) -> None:
    viewer.add_image(GREY, name="cells")
    run(f"super_resolution_x{scale}")
    qtbot.waitUntil(lambda: len(viewer.layers) == 2, timeout=60_000)
    assert viewer.layers[1].data.shape == (40 * scale, 50 * scale)


def test_psnr_and_ssim_of_two_layers(viewer: Any, qtbot: QtBot) -> None:
    viewer.add_image(GREY, name="clean")
    viewer.add_points([[1, 2]])
    viewer.add_image(NOISY, name="noisy <b>")
    viewer.layers.selection = {viewer.layers["clean"], viewer.layers["noisy <b>"]}
    run("psnr_ssim")
    qtbot.waitUntil(lambda: DOCK in viewer.window.dock_widgets, timeout=60_000)
    text = viewer.window.dock_widgets[DOCK].text()
    expected = compare(GREY, NOISY, rgb=False)
    for part in ("clean", "noisy &lt;b&gt;", f"{expected.psnr:.2f} dB", f"{expected.ssim:.4f}"):
        assert part in text
    assert "grey values, data_range 255" in text
    viewer.layers.remove("noisy <b>")
    viewer.add_image(GREY, name="copy")
    viewer.layers.selection = {viewer.layers["clean"], viewer.layers["copy"]}
    run("psnr_ssim")
    qtbot.waitUntil(lambda: "∞ dB" in viewer.window.dock_widgets[DOCK].text(), timeout=60_000)


@pytest.mark.parametrize("where", ["hidden", "behind another tab"])
def test_figures_are_seen_wherever_their_dock_is(
    make_napari_viewer_proxy: Callable[..., Any], qtbot: QtBot, where: str
) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    for name in ("clean", "copy"):
        viewer.add_image(GREY, name=name)
    viewer.layers.select_all()
    run("psnr_ssim")
    qtbot.waitUntil(lambda: DOCK in viewer.window.dock_widgets, timeout=60_000)
    label = viewer.window.dock_widgets[DOCK]
    dock = label.parent()
    if where == "hidden":
        dock.hide()
    else:
        viewer.window.add_dock_widget(QLabel("other"), name="other", area="right", tabify=True)
    qtbot.waitUntil(lambda: label.visibleRegion().isEmpty())
    run("psnr_ssim")
    qtbot.waitUntil(lambda: not label.visibleRegion().isEmpty(), timeout=10_000)


def no_layer(viewer: Any) -> None:
    del viewer


def points(viewer: Any) -> None:
    viewer.add_points([[1, 2]])


def one_image(viewer: Any) -> None:
    viewer.add_image(GREY)


def image_and_points(viewer: Any) -> None:
    viewer.add_image(GREY)
    viewer.add_points([[1, 2]])
    viewer.layers.select_all()


def other_size(viewer: Any) -> None:
    viewer.add_image(GREY)
    viewer.add_image(GREY[:-1])
    viewer.layers.select_all()


def grey_and_colour(viewer: Any) -> None:
    viewer.add_image(GREY, name="grey")
    viewer.add_image(np.dstack([GREY] * 3), name="colour")
    viewer.layers.select_all()


@pytest.mark.parametrize(
    ("command", "fill", "sentence"),
    [
        ("super_resolution_x3", no_layer, "No image layer is selected"),
        ("super_resolution_x3", points, "The layer Points is not an image"),
        ("psnr_ssim", no_layer, "two image layers, and none is selected"),
        ("psnr_ssim", one_image, "two image layers, and 1 is selected"),
        ("psnr_ssim", image_and_points, "The layer Points is not an image"),
        ("psnr_ssim", other_size, "two images of one size"),
        ("psnr_ssim", grey_and_colour, "only one is colour"),
    ],
)
def test_bad_input_is_one_sentence(
    viewer: Any, qtbot: QtBot, command: str, fill: Callable[[Any], None], sentence: str
) -> None:
    fill(viewer)
    layers, before = list(viewer.layers), len(notification_manager.records)
    run(command)
    qtbot.waitUntil(lambda: len(notification_manager.records) > before, timeout=60_000)
    (told,) = notification_manager.records[before:]
    assert sentence in told.message
    assert list(viewer.layers) == layers
    assert DOCK not in viewer.window.dock_widgets
