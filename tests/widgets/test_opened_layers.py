"""The planes of a measured picture as layers."""

from dataclasses import replace

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image

from napari_fsrcnn.widgets.evaluating import Opened
from napari_fsrcnn.widgets.opened_layers import open_layers


def opened(model: str = "a", value: float = 0.5) -> Opened:
    hr = np.full((12, 18), value, np.float32)
    return Opened("cells/0", model, "cells", 3, hr[:4, :6], hr, hr, hr, hr)


def names(viewer: ViewerModel) -> list[str]:
    return [layer.name.removeprefix("x3 cells/0: ") for layer in viewer.layers]


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


def test_pictures_are_linked_with_pictures_and_errors_with_errors(viewer: ViewerModel) -> None:
    open_layers(viewer, opened("a"), None)
    open_layers(viewer, opened("b"), None)
    assert names(viewer) == ["HR", "LR", "bicubic", "a", "a error", "b", "b error"]
    hr, lr, bicubic, a, a_error, b, b_error = viewer.layers
    b.contrast_limits = (0.2, 0.6)
    assert all(each.contrast_limits == [0.2, 0.6] for each in (hr, lr, bicubic, a, b))
    a_error.contrast_limits = (0, 0.3)
    assert b_error.contrast_limits == [0, 0.3]
    hr.interpolation2d = "linear"
    assert all(each.interpolation2d == "linear" for each in viewer.layers)


def test_a_row_that_is_opened_again_changes_the_layers_that_are_there(viewer: ViewerModel) -> None:
    open_layers(viewer, opened(), None)
    viewer.layers.remove("x3 cells/0: bicubic")
    better = replace(opened(), restored=np.full((12, 18), 0.75, np.float32))
    open_layers(viewer, better, None)
    assert sorted(names(viewer)) == ["HR", "LR", "a", "a error", "bicubic"]
    assert (viewer.layers["x3 cells/0: a"].data == 0.75).all()


def test_another_picture_of_the_same_name_has_layers_of_its_own(viewer: ViewerModel) -> None:
    open_layers(viewer, opened("a"), None)
    for model in ("b", "c"):
        open_layers(viewer, opened(model, value=0.75), None)
    kinds = ["HR", "LR", "bicubic"]
    assert names(viewer)[:5] == [*kinds, "a", "a error"]
    assert [layer.name for layer in viewer.layers[5:]] == [
        f"x3 cells/0 (2): {kind}" for kind in (*kinds, "b", "b error", "c", "c error")
    ]
    open_layers(viewer, opened("c", value=0.5), None)
    assert len(viewer.layers) == 14
    values = [float(layer.data[0, 0]) for layer in viewer.layers]
    assert values == [0.5] * 5 + [0.75] * 7 + [0.5] * 2


def test_all_lie_over_a_plane_of_the_layer(viewer: ViewerModel) -> None:
    source = Image(
        np.zeros((2, 13, 19)),
        scale=(5, 2, 0.5),
        translate=(1, 7, -3),
        rotate=((1, 0, 0), (0, 0.8, -0.6), (0, 0.6, 0.8)),
        affine=np.array([[1, 0, 0, 0], [0, 1, 0.3, 4], [0, 0, 1, 2], [0, 0, 0, 1]]),
        units=("um", "um", "um"),
    )
    viewer.add_layer(source)
    open_layers(viewer, opened(), source)
    _, hr, lr, *_ = viewer.layers
    for y, x in ((0, 0), (4, 10)):
        np.testing.assert_allclose(hr.data_to_world((y, x)), source.data_to_world((0, y, x))[1:])
        # The centre of an LR pixel is that of its 3 x 3 HR pixels.
        centre = source.data_to_world((0, 3 * y + 1, 3 * x + 1))[1:]
        np.testing.assert_allclose(lr.data_to_world((y, x)), centre)
    assert lr.units == source.units[1:]


def test_what_is_selected_stays_selected(viewer: ViewerModel) -> None:
    source = viewer.add_image(np.zeros((12, 18)))
    open_layers(viewer, opened(), source)
    assert viewer.layers.selection == {source}


def test_a_layer_of_the_user_s_own_is_left_alone(viewer: ViewerModel) -> None:
    own = viewer.add_image(np.zeros((5, 5)), name="x3 cells/0: HR")
    open_layers(viewer, opened(), None)
    assert own.data.shape == (5, 5)
    assert len(viewer.layers) == 6
