"""The preview is one layer that comes in quietly and then only changes its picture."""

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image

from napari_fsrcnn.training.events import Preview, Validated
from napari_fsrcnn.widgets.preview_layer import PreviewLayer


def validated(step: int, value: float, name: str = "set/a") -> Validated:
    plane = np.full((8, 10), value, np.float32)
    return Validated(step, 30.0, 29.0, Preview(name, plane[::2, ::2], plane, plane, plane))


@pytest.fixture
def viewer() -> ViewerModel:
    """Two layers, the lower one selected, and a camera that has been moved."""
    viewer = ViewerModel()
    lower = viewer.add_image(np.zeros((3, 20, 20)), name="lower")
    viewer.add_image(np.zeros((3, 20, 20)), name="upper")
    viewer.layers.selection.active = lower
    viewer.scene.camera.center = (0, 3, 4)
    viewer.scene.camera.zoom = 7
    return viewer


def test_it_says_what_it_is(viewer: ViewerModel) -> None:
    preview = PreviewLayer(viewer)
    preview.start(2, None)
    preview.show(validated(10, 0.25, "bsd100/img_003"))
    layer = viewer.layers[-1]
    assert layer.name == "restored x2: bsd100/img_003"
    assert layer.metadata["napari-fsrcnn"] == {"step": 10}
    np.testing.assert_array_equal(layer.data, np.full((8, 10), 0.25))


def test_selection_camera_and_place_in_the_stack_stay(viewer: ViewerModel) -> None:
    before = viewer.scene.camera.center, viewer.scene.camera.zoom, viewer.dims.point
    preview = PreviewLayer(viewer)
    preview.start(2, None)
    for step in (10, 20):
        preview.show(validated(step, 0.5))
        assert viewer.layers.selection == {viewer.layers["lower"]}
        assert viewer.layers.selection.active is viewer.layers["lower"]
        assert (viewer.scene.camera.center, viewer.scene.camera.zoom, viewer.dims.point) == before


def test_the_same_layer_is_used_and_keeps_its_looks(viewer: ViewerModel) -> None:
    preview = PreviewLayer(viewer)
    preview.start(2, None)
    preview.show(validated(10, 0.5))
    layer = viewer.layers[-1]
    layer.contrast_limits, layer.gamma, layer.visible = (0.2, 0.4), 0.7, False
    preview.show(validated(20, 0.75))
    preview.start(3, None)
    preview.show(validated(10, 0.9, "set/b"))
    assert len(viewer.layers) == 3
    assert viewer.layers[-1] is layer
    assert layer.name == "restored x3: set/b"
    assert (tuple(layer.contrast_limits), layer.gamma, layer.visible) == ((0.2, 0.4), 0.7, False)
    np.testing.assert_array_equal(layer.data, np.full((8, 10), np.float32(0.9)))


def test_removed_by_the_user_it_stays_away_until_the_next_run(viewer: ViewerModel) -> None:
    preview = PreviewLayer(viewer)
    preview.start(2, None)
    preview.show(validated(10, 0.5))
    del viewer.layers[-1]
    preview.show(validated(20, 0.5))
    assert [layer.name for layer in viewer.layers] == ["lower", "upper"]
    preview.start(2, None)
    preview.show(validated(10, 0.5))
    assert len(viewer.layers) == 3


def test_in_an_empty_viewer_it_is_shown_as_any_layer() -> None:
    viewer = ViewerModel()
    preview = PreviewLayer(viewer)
    preview.start(2, None)
    preview.show(validated(10, 0.5))
    assert viewer.layers.selection.active is viewer.layers[0]
    np.testing.assert_allclose(viewer.scene.camera.center[-2:], (3.5, 4.5))


def test_it_has_the_pixel_size_of_the_layer_that_it_comes_from(viewer: ViewerModel) -> None:
    source = Image(np.zeros((3, 8, 10)), scale=(2, 0.1, 0.2), units=("s", "um", "um"))
    viewer.add_layer(source)
    preview = PreviewLayer(viewer)
    preview.start(2, source)
    preview.show(validated(10, 0.5))
    np.testing.assert_allclose(viewer.layers[-1].scale, (0.1, 0.2))
    assert viewer.layers[-1].units == source.units[-2:]
