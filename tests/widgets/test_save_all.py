"""*Compute all and save...*: a layer of any size into OME-Zarr, or nothing at all."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image
from pytestqt.qtbot import QtBot

import napari_fsrcnn
from napari_fsrcnn.evaluation.consistency import consistency
from napari_fsrcnn.files.axes import Axis
from napari_fsrcnn.files.ome_zarr import open_ome_zarr
from napari_fsrcnn.widgets.layer_axes import layer_picture, left_out
from napari_fsrcnn.widgets.save_all_job import saving_events
from napari_fsrcnn.widgets.upscale import UpscaleWidget
from napari_fsrcnn.widgets.upscaling import Request

STACK = np.random.default_rng(7).integers(0, 256, (3, 40, 50), np.uint8)


def test_the_button_saves_all_of_the_layer(
    make_napari_viewer_proxy: Callable[[], Any], qtbot: QtBot, tmp_path: Path
) -> None:
    viewer = make_napari_viewer_proxy()
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    assert isinstance(widget, UpscaleWidget)
    widget.save_all(tmp_path / "none.zarr")
    assert "No image layer" in widget.status.text()
    viewer.add_image(
        da.from_array(STACK), name="cells", scale=(2, 0.4, 0.4), units=("um", "um", "um")
    )
    widget.form.scale.value = 2
    widget.form.device.value = "cpu"
    path = tmp_path / "cells x2.zarr"
    widget.save_all(path)
    assert not widget.save_button.isEnabled()
    assert widget.button.text() == "Stop"
    qtbot.waitUntil(lambda: not widget.running, timeout=120_000)
    image = open_ome_zarr(path)
    agreement = consistency(STACK, np.asarray(image.array[:]), 2)
    assert "saved it as" in widget.status.text()
    assert agreement.sentence("the layer") in widget.status.text()
    assert widget.save_button.isEnabled()
    expected = napari_fsrcnn.upscale(STACK, "fsrcnn-x2", device="cpu").astype(int)
    assert np.abs(np.asarray(image.array[:]).astype(int) - expected).max() <= 1
    assert [(axis.name, axis.scale, axis.unit) for axis in image.axes] == [
        ("z", 2.0, "micrometer"),
        ("y", 0.2, "micrometer"),
        ("x", 0.2, "micrometer"),
    ]
    assert image.axes[-1].translation == pytest.approx(-0.1)
    widget.save_all(path)
    qtbot.waitUntil(lambda: not widget.running, timeout=120_000)
    assert "exists already" in widget.status.text()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_stopped_it_leaves_nothing(tmp_path: Path) -> None:
    layer = Image(np.tile(STACK, (1, 30, 30)), name="large")
    request = Request(layer.data, rgb=False, model="fsrcnn-x2", scale=2, device="cpu")
    stop, reports = threading.Event(), []

    def report(advanced: object) -> None:
        reports.append(advanced)
        stop.set()

    path = tmp_path / "large.zarr"
    (began,) = saving_events(layer_picture(layer), request, path, stop=stop, report=report)
    assert began.device.startswith("CPU")
    assert reports
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "labels", "rgb", "names"),
    [
        ((4, 5), None, False, "yx"),
        ((3, 4, 5), None, False, "zyx"),
        ((3, 4, 5), ("T", "row", "column"), False, "tyx"),
        ((2, 3, 4, 5), None, False, "czyx"),
        ((2, 3, 4, 5), ("t", "z", "y", "x"), False, "tzyx"),
        ((2, 2, 3, 4, 5), None, False, "tczyx"),
        ((2, 3, 4, 5, 3), None, True, "tzyxc"),
    ],
)
def test_axes_of_layers(shape: Any, labels: Any, rgb: bool, names: str) -> None:
    layer = Image(np.zeros(shape), axis_labels=labels, rgb=rgb, translate=range(len(shape) - rgb))
    picture = layer_picture(layer)
    assert "".join(axis.name for axis in picture.axes) == names
    y = next(axis for axis in picture.axes if axis.name == "y")
    assert y == Axis("y", "space", "", 1.0, float(len(shape) - rgb - 2))
    assert (picture.rgb, picture.data.shape) == (rgb, shape)


@pytest.mark.parametrize("rgb", [False, True])
def test_what_of_a_layer_s_place_is_left_out_is_told(rgb: bool) -> None:
    image = np.zeros((3, 4, 3))
    assert left_out(Image(image, rgb=rgb, scale=[2] * (3 - rgb), translate=[5] * (3 - rgb))) == ""
    told = left_out(Image(image, rgb=rgb, rotate=20))
    assert told == "OME-Zarr has no place for the layer's rotation."
    affine = np.eye(4 - rgb)
    affine[-2, -3] = 0.3
    told = left_out(Image(image, rgb=rgb, shear=[0.2] * (1 if rgb else 3), affine=affine))
    assert told == "OME-Zarr has no place for the layer's shear and affine."
