"""A result takes its layer's place in the viewer."""

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image

from napari_fsrcnn.widgets.result_layer import upscaled_layer
from napari_fsrcnn.widgets.source_layer import SourceLayer

HIDDEN = "The layer below is hidden, since it would shine through."


def cover(viewer: ViewerModel, layer: Image, **looks: Any) -> tuple[Image, str]:
    """Put a result over a layer, and return it with what is said of it."""
    result = Image(np.zeros((12, 14)), name="result", **looks)
    return result, SourceLayer(viewer, layer).cover(result)


def test_it_lies_over_its_layer_and_is_selected() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((6, 7)), name="cells")
    viewer.add_image(np.zeros((6, 7)), name="above")
    result, _ = cover(viewer, layer)
    assert [each.name for each in viewer.layers] == ["cells", "result", "above"]
    assert viewer.layers.selection.active is result


@pytest.mark.parametrize(
    "looks",
    [
        {"blending": "additive"},
        {"blending": "minimum"},
        {"blending": "multiplicative"},
        {"opacity": 0.5},
    ],
)
def test_a_layer_that_would_shine_through_is_hidden(looks: dict[str, Any]) -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((6, 7)))
    other = viewer.add_image(np.zeros((6, 7)))
    result, said = cover(viewer, layer, **looks)
    assert [layer.visible, result.visible, other.visible] == [False, True, True]
    assert said == HIDDEN


@pytest.mark.parametrize("blending", ["opaque", "translucent", "translucent_no_depth"])
def test_a_layer_that_is_covered_stays_as_it_is(blending: str) -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((6, 7)))
    _, said = cover(viewer, layer, blending=blending)
    assert layer.visible
    assert said == ""


def test_a_layer_that_does_not_show_anyway_is_not_told_of() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((6, 7)), visible=False)
    assert cover(viewer, layer, blending="additive")[1] == ""
    removed = viewer.add_image(np.zeros((6, 7)))
    viewer.layers.remove(removed)
    result, said = cover(viewer, removed, blending="additive")
    assert said == ""
    assert removed.visible
    assert viewer.layers[-1] is result


def test_a_layer_that_has_moved_meanwhile_is_followed() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((6, 7)))
    source = SourceLayer(viewer, layer)
    layer.translate = (3, 4)
    np.testing.assert_array_equal(source.state["translate"], (3, 4))


def test_of_a_layer_whose_axes_have_changed_the_earlier_state_counts() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((4, 6, 7)), translate=(1, 2, 3), name="stack")
    source = SourceLayer(viewer, layer)
    layer.data = np.zeros((6, 7))
    np.testing.assert_array_equal(source.state["translate"], (1, 2, 3))
    result = upscaled_layer(source.state, np.zeros((4, 12, 14)), 2, label="m", provenance={})
    source.cover(result)
    assert [each.name for each in viewer.layers] == ["stack", "stack [m]"]


SEEN_OTHERS = (
    "The layer's last two axes are upscaled (110 x 6), which are not the two that are shown."
)


@pytest.mark.parametrize(
    ("order", "said"),
    [((0, 1, 2), ""), ((0, 2, 1), ""), ((2, 0, 1), SEEN_OTHERS), ((1, 0, 2), SEEN_OTHERS)],
)
def test_that_other_axes_are_shown_is_said(order: tuple[int, ...], said: str) -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((100, 110, 6)))
    viewer.dims.order = order
    assert cover(viewer, layer)[1] == said


def test_axes_are_counted_from_the_last_and_without_colour() -> None:
    viewer = ViewerModel()
    viewer.add_image(np.zeros((5, 20, 30)))
    plane = viewer.add_image(np.zeros((20, 30)))
    colour = viewer.add_image(np.zeros((20, 30, 3)), rgb=True)
    pyramid = viewer.add_image([np.zeros((5, 20, 30)), np.zeros((5, 10, 15))], multiscale=True)
    for layer in (plane, colour, pyramid):
        assert cover(viewer, layer)[1] == ""
    viewer.dims.order = (1, 0, 2)
    for layer in (plane, colour, pyramid):
        assert "are upscaled (20 x 30), which are not" in cover(viewer, layer)[1]


def test_in_3d_all_axes_are_shown() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((4, 100, 110, 6)))
    viewer.dims.order = (3, 0, 1, 2)
    viewer.dims.ndisplay = 3
    assert cover(viewer, layer)[1] == ""


def test_what_was_shown_at_the_start_counts() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((100, 110, 6)), blending="additive")
    viewer.dims.order = (2, 0, 1)
    source = SourceLayer(viewer, layer)
    viewer.dims.order = (0, 1, 2)
    assert source.cover(Image(np.zeros((12, 14)), blending="additive")) == f"{SEEN_OTHERS} {HIDDEN}"
