"""Half precision and short memory in *Upscale*: told, and never in silence."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import zarr
from napari.components import ViewerModel
from napari.layers import Image
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

import napari_fsrcnn
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Noticed
from napari_fsrcnn.widgets.save_all_job import SaveAllJob
from napari_fsrcnn.widgets.upscale import UpscaleWidget
from napari_fsrcnn.widgets.upscale_job import UpscaleJob
from napari_fsrcnn.widgets.upscaling import Request

GREY = np.random.default_rng(7).integers(0, 256, (40, 50), np.uint8)


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[[], Any]) -> Any:
    return make_napari_viewer_proxy()


@pytest.fixture
def widget(viewer: Any) -> UpscaleWidget:
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    viewer.add_image(GREY, name="cells")
    widget.form.device.value = "cpu"
    return widget


@pytest.fixture
def notices() -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(notification: Any) -> None:
        heard.append(notification.message)

    notification_manager.notification_ready.connect(hear)
    yield heard
    notification_manager.notification_ready.disconnect(hear)


def wait_for(widget: UpscaleWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)


def test_half_precision_says_by_how_much_it_deviates(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    widget.form.precision.value = "bf16"
    widget.button.click()
    wait_for(widget, qtbot)
    result = viewer.layers["cells [fsrcnn-x2]"]
    expected = napari_fsrcnn.upscale(GREY, "fsrcnn-x2", device="cpu", precision="bf16")
    np.testing.assert_array_equal(result.data, expected)
    assert "bf16 differs from float32 by at most" in widget.status.text()
    assert result.metadata["napari-fsrcnn"]["precision"] == "bf16"


def test_a_precision_that_the_device_has_not_is_one_sentence(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    widget.form.precision.value = "fp16"
    widget.button.click()
    wait_for(widget, qtbot)
    sentence = "The CPU does not compute in fp16: choose float32 or bf16."
    assert widget.status.text() == sentence
    assert len(viewer.layers) == 1


def test_also_where_one_looks(viewer: Any, widget: UpscaleWidget, qtbot: QtBot) -> None:
    viewer.layers.clear()
    viewer.add_image(da.from_array(GREY), name="cells")
    widget.form.precision.value = "bf16"
    widget.button.click()
    wait_for(widget, qtbot)
    result = viewer.layers["cells [fsrcnn-x2]"]
    expected = napari_fsrcnn.upscale(GREY, "fsrcnn-x2", device="cpu", precision="bf16")
    np.testing.assert_allclose(np.asarray(result.data[0]), expected, atol=1)
    assert "bf16 differs from float32 by at most" in widget.status.text()


def test_also_where_all_is_saved(widget: UpscaleWidget, qtbot: QtBot, tmp_path: Path) -> None:
    widget.form.precision.value = "bf16"
    widget.save_all(tmp_path / "a.zarr")
    wait_for(widget, qtbot)
    assert "bf16 differs from float32 by at most" in widget.status.text()
    made = zarr.open_group(tmp_path / "a.zarr", mode="r").attrs["napari-fsrcnn"]
    assert isinstance(made, dict)
    assert made["precision"] == "bf16"


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("saving", [False, True])
def test_memory_that_runs_out_is_a_notification(
    notices: list[str], saving: bool, tmp_path: Path
) -> None:
    request = Request(GREY, rgb=False, model="fsrcnn-x2", scale=2)
    job: Job = (
        SaveAllJob(Image(GREY), request, tmp_path / "a.zarr")
        if saving
        else UpscaleJob(ViewerModel(), Image(GREY), request)
    )
    job.handle(Noticed("Memory ran out with 1 tiles: going on with less at once."))
    assert notices == ["Memory ran out with 1 tiles: going on with less at once."]
