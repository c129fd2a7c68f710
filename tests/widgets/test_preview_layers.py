"""The previews are four layers that come in quietly and then only change their pictures."""

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image

from napari_fsrcnn.training.events import Preview, Validated
from napari_fsrcnn.widgets.preview_layers import KINDS, PreviewLayers


def validated(step: int, value: float, name: str = "set/a") -> Validated:
    plane = np.full((8, 10), value, np.float32)
    hr, bicubic, lr = plane + 0.01, plane - 0.01, plane[::2, ::2]
    return Validated(step, 30.0, 29.0, Preview(name, lr, bicubic, plane, hr))


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


@pytest.fixture
def previews(viewer: ViewerModel) -> PreviewLayers:
    """The previews of a run at scale 2."""
    previews = PreviewLayers(viewer)
    previews.start(2, None)
    return previews


def test_four_layers_of_one_name_side_by_side(viewer: ViewerModel, previews: PreviewLayers) -> None:
    event = validated(10, 0.25, "bsd100/img_003")
    previews.show(event)
    layers = viewer.layers[2:]
    assert [layer.name for layer in layers] == [f"x2 bsd100/img_003: {kind}" for kind in KINDS]
    shown = event.preview
    for layer, plane in zip(
        layers, (shown.hr, shown.lr, shown.bicubic, shown.network), strict=True
    ):
        np.testing.assert_array_equal(layer.data, plane)
        assert layer.visible
    assert viewer.layers[-1].metadata["napari-fsrcnn"] == {"step": 10}


@pytest.mark.parametrize("scale", [2, 3])
def test_lr_lies_exactly_under_hr(viewer: ViewerModel, scale: int) -> None:
    hr = np.zeros((6 * scale, 4 * scale), np.float32)
    source = viewer.add_image(hr, scale=(0.1, 0.2), units=("um", "um"))
    previews = PreviewLayers(viewer)
    previews.start(scale, source)
    lr = np.zeros((6, 4), np.float32)
    previews.show(Validated(1, 30.0, 29.0, Preview("a", lr, hr, hr, hr)))
    edges = [
        layer.extent.world + np.outer([-0.5, 0.5], layer.scale) for layer in viewer.layers[-4:]
    ]
    for corners in edges:
        np.testing.assert_allclose(corners, edges[0])
        np.testing.assert_allclose(corners[1] - corners[0], np.multiply(hr.shape, (0.1, 0.2)))
    assert all(layer.units == source.units for layer in viewer.layers[-4:])


def test_selection_camera_and_slice_stay(viewer: ViewerModel, previews: PreviewLayers) -> None:
    before = viewer.scene.camera.center, viewer.scene.camera.zoom, viewer.dims.point
    for step in (10, 20):
        previews.show(validated(step, 0.5))
        assert viewer.layers.selection == {viewer.layers["lower"]}
        assert viewer.layers.selection.active is viewer.layers["lower"]
        assert (viewer.scene.camera.center, viewer.scene.camera.zoom, viewer.dims.point) == before


def test_the_same_layers_are_used_and_keep_their_looks(
    viewer: ViewerModel, previews: PreviewLayers
) -> None:
    previews.show(validated(10, 0.5))
    layers = list(viewer.layers[2:])
    layers[-1].contrast_limits, layers[-1].gamma, layers[-1].visible = (0.2, 0.4), 0.7, False
    previews.show(validated(20, 0.75))
    previews.start(3, None)
    event = validated(10, 0.9, "set/b")
    previews.show(event)
    assert list(viewer.layers[2:]) == layers
    assert [layer.name for layer in layers] == [f"x3 set/b: {kind}" for kind in KINDS]
    assert [layer.visible for layer in layers] == [True, True, True, False]
    for layer in layers:  # looks are linked
        assert (tuple(layer.contrast_limits), layer.gamma) == ((0.2, 0.4), 0.7)
    np.testing.assert_array_equal(layers[-1].data, event.preview.network)
    np.testing.assert_array_equal(layers[0].data, event.preview.hr)
    np.testing.assert_array_equal(layers[1].scale, (3, 3))


@pytest.mark.parametrize("removed", [-1, -2])
def test_removed_by_the_user_it_stays_away_until_the_next_run(
    viewer: ViewerModel, previews: PreviewLayers, removed: int
) -> None:
    previews.show(validated(10, 0.5))
    del viewer.layers[removed]
    previews.show(validated(20, 0.5))
    assert len(viewer.layers) == 5
    previews.start(2, None)
    previews.show(validated(10, 0.5))
    assert len(viewer.layers) == 6
    assert {layer.name for layer in viewer.layers[2:]} == {f"x2 set/a: {kind}" for kind in KINDS}


def test_in_an_empty_viewer_they_are_shown_as_any_layer() -> None:
    viewer = ViewerModel()
    previews = PreviewLayers(viewer)
    previews.start(2, None)
    previews.show(validated(10, 0.5))
    assert viewer.layers.selection.active is viewer.layers[-1]
    np.testing.assert_allclose(viewer.scene.camera.center[-2:], (3.5, 4.5))


def test_they_have_the_pixel_size_of_the_layer_that_they_come_from(viewer: ViewerModel) -> None:
    source = Image(np.zeros((3, 8, 10)), scale=(2, 0.1, 0.2), units=("s", "um", "um"))
    viewer.add_layer(source)
    previews = PreviewLayers(viewer)
    previews.start(2, source)
    previews.show(validated(10, 0.5))
    np.testing.assert_allclose(viewer.layers[-1].scale, (0.1, 0.2))
    assert viewer.layers[-1].units == source.units[-2:]


def test_they_lie_on_the_layer_that_they_come_from(viewer: ViewerModel) -> None:
    source = Image(
        np.zeros((3, 8, 10)),
        scale=(5, 2, 0.5),
        translate=(1, 12_000, 34_000),
        rotate=((1, 0, 0), (0, 0.8, -0.6), (0, 0.6, 0.8)),
        affine=np.array([[1, 0, 0, 0], [0, 1, 0.3, 4], [0, 0, 1, 2], [0, 0, 0, 1]]),
        units=("um", "um", "um"),
    )
    previews = PreviewLayers(viewer)
    previews.start(2, source)
    previews.show(validated(10, 0.5))
    hr, lr, *_ = viewer.layers[-4:]
    for y, x in ((0, 0), (3, 4)):
        np.testing.assert_allclose(hr.data_to_world((y, x)), source.data_to_world((0, y, x))[1:])
        centre = source.data_to_world((0, 2 * y + 0.5, 2 * x + 0.5))[1:]
        np.testing.assert_allclose(lr.data_to_world((y, x)), centre)
    previews.start(2, None)
    previews.show(validated(10, 0.5))
    assert hr.data_to_world((3, 4)) == (3, 4)
    assert hr.units == viewer.layers["lower"].units[1:]


@pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")
def test_of_a_layer_that_is_seen_from_the_side_they_keep_the_pixel_size(
    viewer: ViewerModel,
) -> None:
    side = np.array([[0, 1, 0, 10], [1, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]])
    previews = PreviewLayers(viewer)
    previews.start(2, Image(np.zeros((3, 8, 10)), scale=(1, 2, 0.5), affine=side))
    previews.show(validated(10, 0.5))
    assert viewer.layers[-1].data_to_world((3, 4)) == (6, 2)
