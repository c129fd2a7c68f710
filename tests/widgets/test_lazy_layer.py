"""A large layer in a real viewer: upscaled where it is looked at."""

import threading
from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import pytest
import zarr
from napari._app_model import get_app_model
from napari.settings import get_plugin_settings, get_settings
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

import napari_fsrcnn
from napari_fsrcnn.evaluation.consistency import consistency
from napari_fsrcnn.widgets.block_memory import block_cache
from napari_fsrcnn.widgets.commands import super_resolution_x2
from napari_fsrcnn.widgets.upscale import UpscaleWidget

SCENE = np.random.default_rng(7).integers(0, 256, (700, 1500), np.uint8)


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[..., Any]) -> Any:
    viewer = make_napari_viewer_proxy(show=True)  # levels are chosen when it is drawn
    viewer.window.resize(700, 500)
    return viewer


@pytest.fixture
def widget(viewer: Any) -> UpscaleWidget:
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    widget.form.scale.value = 2
    widget.form.device.value = "cpu"
    return widget


@pytest.fixture
def upscale_layer(viewer: Any, widget: UpscaleWidget, qtbot: QtBot) -> Callable[..., Any]:
    """Upscale an array as a layer, and return the new layer."""

    def upscale_layer(image: Any, **kwargs: Any) -> Any:
        viewer.add_image(image, name="slide", **kwargs)
        widget.button.click()
        qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
        assert [layer.name for layer in viewer.layers] == ["slide", "slide [fsrcnn-x2]"]
        return viewer.layers[-1]

    return upscale_layer


def zoom_in(viewer: Any, layer: Any, qtbot: QtBot, *, y: float, x: float) -> None:
    """Look at a small part so closely that the upscaled level is asked for."""
    viewer.scene.camera.center, viewer.scene.camera.zoom = (y, x), 8
    qtbot.waitUntil(lambda: layer.data_level == 0, timeout=30_000)


def wait_for_layers(viewer: Any, count: int, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(viewer.layers) == count, timeout=60_000)


def shown(layer: Any) -> np.ndarray:
    """Return what napari draws."""
    return layer.__wrapped__._data_view


def wait_until_sharp(layer: Any, qtbot: QtBot, *plane: int) -> np.ndarray:
    """Return what is shown, once it is what the picture is there."""
    (y0, x0), (y1, x1) = layer.corner_pixels[:, -2:]
    exact = np.asarray(layer.data[0][(*plane, slice(y0, y1 + 1), slice(x0, x1 + 1))])
    qtbot.waitUntil(lambda: np.array_equal(shown(layer), exact), timeout=60_000)
    return exact


@pytest.mark.parametrize("kind", ["dask", "zarr", "pyramid"])
def test_what_is_on_screen_becomes_sharp(
    kind: str,
    viewer: Any,
    widget: UpscaleWidget,
    upscale_layer: Callable[..., Any],
    qtbot: QtBot,
) -> None:
    whole = zarr.array(SCENE, chunks=(100, 100))
    given_as: Any = {
        "dask": da.from_array(SCENE, chunks=(200, 300)),
        "zarr": whole,
        "pyramid": [whole, SCENE[::2, ::2], SCENE[::4, ::4]],
    }[kind]
    layer = upscale_layer(
        given_as, scale=(3, 0.5), translate=(7, 5), colormap="magenta", contrast_limits=(10, 200)
    )
    coarser = {"pyramid": [(350, 750), (175, 375)]}.get(kind, [(350, 750)])
    assert [level.shape for level in layer.data] == [(1400, 3000), SCENE.shape, *coarser]
    np.testing.assert_allclose(layer.scale, [1.5, 0.25])
    np.testing.assert_allclose(layer.translate, [7 - 0.75, 5 - 0.125])
    assert layer.colormap.name == "magenta"
    assert tuple(layer.contrast_limits) == (10, 200)
    made = layer.metadata["napari-fsrcnn"]
    assert made["model"] == "fsrcnn-x2"
    agreement = consistency(SCENE, np.asarray(layer.data[0]), 2, pixels=2**18)
    assert made["consistency"] == pytest.approx(agreement.psnr)
    assert agreement.sentence("the layer") in widget.status.text()
    layer.data[0].blocks.drop()  # what the test has read
    assert block_cache().nbytes == 0
    zoom_in(viewer, layer, qtbot, y=900, x=300)
    exact = wait_until_sharp(layer, qtbot)
    assert 0 < block_cache().nbytes < layer.data[0].size / 2
    (y0, x0), (y1, x1) = layer.corner_pixels
    expected = napari_fsrcnn.upscale(SCENE, "fsrcnn-x2", device="cpu")[y0 : y1 + 1, x0 : x1 + 1]
    assert np.abs(exact.astype(int) - expected).max() <= 1
    viewer.layers.remove(layer)
    assert block_cache().nbytes == 0


def test_a_layer_that_would_shine_through_is_hidden(
    viewer: Any, widget: UpscaleWidget, upscale_layer: Callable[..., Any]
) -> None:
    upscale_layer(da.from_array(SCENE, chunks=(200, 300)), blending="additive")
    assert [layer.visible for layer in viewer.layers] == [False, True]
    assert "The layer below is hidden" in widget.status.text()


def test_what_is_not_looked_at_is_not_kept(upscale_layer: Callable[..., Any]) -> None:
    layer = upscale_layer(da.from_array(SCENE, chunks=(200, 300)))
    assert layer.metadata["napari-fsrcnn"]["consistency"] > 20
    assert block_cache().nbytes == 0


def test_stopped_while_it_is_measured_the_layer_stays(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    measuring, go_on = threading.Event(), threading.Event()

    class Slow:
        """A picture whose middle can't be had for a while."""

        shape, dtype, ndim, size = SCENE.shape, SCENE.dtype, 2, SCENE.size

        def __getitem__(self, key: Any) -> np.ndarray:
            part = SCENE[key]
            if part.shape == (256, 256):
                measuring.set()
                go_on.wait(60)
            return part

    viewer.add_image(Slow(), name="slide", contrast_limits=(0, 255), multiscale=False)
    widget.button.click()
    wait_for_layers(viewer, 2, qtbot)
    qtbot.waitUntil(measuring.is_set, timeout=60_000)
    widget.button.click()
    go_on.set()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert "upscaled where you look" in widget.status.text()
    assert "agrees" not in widget.status.text()
    assert viewer.layers[-1].name == "slide [fsrcnn-x2]"


def test_the_picture_itself_is_shown_until_then(
    viewer: Any, upscale_layer: Callable[..., Any], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = upscale_layer(da.from_array(SCENE, chunks=(200, 300)))
    looked_at: list[np.ndarray] = []
    sharpener = layer.data[0].sharpener
    look = sharpener.look

    def watch(view: Any) -> np.ndarray:
        looked_at.append(look(view))
        return looked_at[-1]

    monkeypatch.setattr(sharpener, "look", watch)
    zoom_in(viewer, layer, qtbot, y=300, x=500)
    (y0, x0), (y1, x1) = layer.corner_pixels
    wait_until_sharp(layer, qtbot)
    repeated = SCENE.repeat(2, 0).repeat(2, 1)[y0 : y1 + 1, x0 : x1 + 1]
    np.testing.assert_array_equal(looked_at[0], repeated)


def test_stacks_show_their_plane_and_compute_the_next_ones(
    viewer: Any, upscale_layer: Callable[..., Any], qtbot: QtBot
) -> None:
    series = np.random.default_rng(1).integers(0, 4096, (9, 60, 80), np.uint16)
    layer = upscale_layer(da.from_array(series, chunks=(1, 60, 80)))
    first = viewer.dims.current_step[0]
    zoom_in(viewer, layer, qtbot, y=30, x=40)
    wait_until_sharp(layer, qtbot, first)
    blocks = layer.data[0].blocks
    known = [plane for plane in range(9) if blocks.known((plane, 0, 0)) is not None]
    assert known == [first]
    viewer.dims.set_current_step(0, first + 1)
    coming = [first + 2, first + 3]
    qtbot.waitUntil(
        lambda: all(blocks.known((plane, 0, 0)) is not None for plane in coming), timeout=60_000
    )
    (y0, x0), (y1, x1) = layer.corner_pixels[:, 1:]
    for plane in coming:
        viewer.dims.set_current_step(0, plane)
        np.testing.assert_array_equal(  # at once
            shown(layer), np.asarray(layer.data[0][plane, y0 : y1 + 1, x0 : x1 + 1])
        )


def test_duplicated_both_become_sharp_until_the_last_is_removed(
    viewer: Any, upscale_layer: Callable[..., Any], qtbot: QtBot
) -> None:
    layer = upscale_layer(da.from_array(SCENE, chunks=(200, 300)))
    get_app_model().commands.execute_command("napari.layer.duplicate").result()
    copy = viewer.layers["slide [fsrcnn-x2] copy"]
    assert copy.data[0].shape == layer.data[0].shape
    zoom_in(viewer, copy, qtbot, y=300, x=500)
    for each in (layer, copy):
        wait_until_sharp(each, qtbot)
    viewer.layers.remove(layer)
    assert block_cache().nbytes > 0
    viewer.scene.camera.center = (900, 300)
    wait_until_sharp(copy, qtbot)
    viewer.layers.remove(copy)
    assert block_cache().nbytes == 0


def test_nan_is_told_and_the_rest_is_shown(
    viewer: Any, widget: UpscaleWidget, upscale_layer: Callable[..., Any], qtbot: QtBot
) -> None:
    values = np.linspace(0, 1, 5_000_000, dtype=np.float32).reshape(2000, 2500)
    stored = zarr.array(values, chunks=(500, 500))
    stored[1000, 1200] = np.nan
    before = len(notification_manager.records)
    layer = upscale_layer(stored)
    assert "agrees" not in widget.status.text()  # it lies in the middle
    zoom_in(viewer, layer, qtbot, y=1000, x=1200)
    qtbot.waitUntil(lambda: layer.data[0].sharpener.sharp, timeout=60_000)
    qtbot.wait(100)
    records = notification_manager.records[before:]
    told = [record.message for record in records if "NaN" in record.message]
    assert len(told) == 1
    assert told[0].startswith("Parts of slide [fsrcnn-x2] can't be upscaled")
    assert np.isnan(shown(layer)).sum() == 4
    assert layer.visible
    with pytest.raises(ValueError, match="NaN"):
        np.asarray(layer.data[0][1990:2010, 2390:2410])


def test_how_large_is_large_is_a_preference(viewer: Any, qtbot: QtBot) -> None:
    small = viewer.add_image(SCENE[:100, :100], name="small")
    preferences = get_plugin_settings("napari-fsrcnn").defaults
    kinds = []
    for megapixels in (1, 0):
        preferences.lazy_above = megapixels
        viewer.layers.selection.active = small
        super_resolution_x2(viewer)
        wait_for_layers(viewer, len(viewer.layers) + 1, qtbot)
        kinds.append(viewer.layers.selection.active.multiscale)
    assert kinds == [False, True]
    preferences.lazy_memory = 3
    assert block_cache().limit == 3_000_000


def test_with_napari_slicing_in_its_own_thread(
    viewer: Any, upscale_layer: Callable[..., Any], qtbot: QtBot
) -> None:
    layer = upscale_layer(da.from_array(SCENE, chunks=(200, 300)))
    get_settings().experimental.async_ = True
    try:
        zoom_in(viewer, layer, qtbot, y=300, x=500)
        wait_until_sharp(layer, qtbot)
    finally:
        get_settings().experimental.async_ = False
