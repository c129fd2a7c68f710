"""Layers become pictures to learn from, or a sentence says why they don't."""

import dask.array
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from napari.layers import Image, Labels, Layer

from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.widgets.layer_pictures import (
    LayerPicture,
    read_planes,
    sift_layers,
    sift_planes,
    take_pictures,
)


def pairs_of(layer: Image, scale: int = 2) -> list[Pair]:
    (picture,) = take_pictures([layer])
    return list(read_planes(picture, scale))


def test_a_grey_picture() -> None:
    data = np.arange(48, dtype=np.uint16).reshape(6, 8)
    (pair,) = pairs_of(Image(data, name="plate/A1"))
    assert pair.name == pair.label == "plate/A1"
    assert pair.lr is None
    assert not pair.rgb
    assert pair.hr.dtype == np.uint16
    np.testing.assert_array_equal(pair.hr, data)


@pytest.mark.parametrize("colours", [3, 4])
def test_a_colour_picture_loses_only_alpha(colours: int) -> None:
    data = np.random.default_rng(0).integers(256, size=(40, 50, colours), dtype=np.uint8)
    (pair,) = pairs_of(Image(data, rgb=True, name="fish"))
    assert pair.rgb
    np.testing.assert_array_equal(pair.hr, data[..., :3])


@given(
    arrays(
        st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_]),
        array_shapes(min_dims=3, max_dims=4, min_side=3, max_side=5),
        elements={"min_value": 0, "max_value": 1},
    )
)
def test_each_plane_of_a_stack_is_a_picture(data: np.ndarray) -> None:
    pairs = pairs_of(Image(data, rgb=False, name="stack"))
    assert len({pair.name for pair in pairs}) == len(pairs) == np.prod(data.shape[:-2])
    for pair in pairs:
        index = tuple(map(int, pair.name.removeprefix("stack/").split(",")))
        np.testing.assert_array_equal(pair.hr, data[index])


def test_a_stack_of_colour_pictures() -> None:
    data = np.random.default_rng(0).integers(256, size=(3, 40, 50, 3), dtype=np.uint8)
    pairs = pairs_of(Image(data, rgb=True, name="plate/A1"))
    assert [pair.name for pair in pairs] == ["plate/A1/0", "plate/A1/1", "plate/A1/2"]
    assert {pair.label for pair in pairs} == {"plate/A1"}
    assert all(pair.rgb and pair.hr.shape == (40, 50, 3) for pair in pairs)


def test_a_multiscale_layer_counts_as_its_finest_level() -> None:
    data = np.random.default_rng(0).random((64, 64))
    (pair,) = pairs_of(Image([data, data[::2, ::2]], multiscale=True, name="large"))
    np.testing.assert_array_equal(pair.hr, data)


def test_a_lazy_layer_is_read_plane_by_plane() -> None:
    read = []

    def block(block_info: dict) -> np.ndarray:
        read.append(block_info[None]["chunk-location"][0])
        return np.zeros(block_info[None]["chunk-shape"], np.uint8)

    lazy = dask.array.map_blocks(
        block, chunks=((1, 1, 1), (8,), (8,)), dtype=np.uint8, meta=np.empty(0, np.uint8)
    )
    (picture,) = take_pictures([Image(lazy, name="lazy", contrast_limits=(0, 1))])
    read.clear()
    planes = read_planes(picture, 2)
    assert isinstance(next(planes).hr, np.ndarray)
    assert read == [0]
    assert len(list(planes)) == 2


def test_planes_of_a_layer_share_its_value_range_and_its_side_of_the_split() -> None:
    stack = np.arange(1, 4, dtype=np.uint16)[:, None, None] * np.arange(
        64, dtype=np.uint16
    ).reshape(8, 8)
    (picture,) = take_pictures([Image(stack, name="bright")])
    pairs = list(read_planes(picture, 2))
    assert {pair.stack for pair in pairs} == {"bright"}
    assert {pair.value_range for pair in pairs} == {find_value_range(stack)}


def test_no_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="No layer is selected"):
        take_pictures([])


def test_a_layer_of_another_kind_is_refused() -> None:
    image = Image(np.zeros((8, 8)))
    with pytest.raises(ValueError, match="cell masks is not an image"):
        take_pictures([image, Labels(np.zeros((8, 8), int), name="cell masks")])


def test_a_layer_of_another_kind_is_left_out_beside_images() -> None:
    masks = Labels(np.zeros((8, 8), int), name="masks")
    picture, unusable = sift_layers([masks, Image(np.zeros((8, 8)), name="cells")])
    assert picture.name == "cells"
    assert isinstance(unusable, Unusable)
    assert unusable.sentence == "masks is left out: it is not an image."


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [([], "No layer is selected"), ([Labels(np.zeros((8, 8), int), name="masks")], "not an image")],
)
def test_layers_without_an_image_are_refused(layers: list[Layer], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        sift_layers(layers)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_plane_with_holes_is_refused(value: float) -> None:
    data = np.zeros((3, 8, 8))
    data[2, 4, 4] = value
    with pytest.raises(ValueError, match=r"The layer holes can't be used.*NaN or infinity"):
        pairs_of(Image(data, name="holes", contrast_limits=(0, 1)))


def test_planes_beside_a_bad_one_are_read() -> None:
    data = 4000 * np.random.default_rng(0).random((4, 8, 8), np.float32)
    data[2, 4, 4] = np.nan
    found = list(sift_planes(LayerPicture("movie", data, rgb=False), 2))
    pairs = [each for each in found if isinstance(each, Pair)]
    assert [pair.name for pair in pairs] == ["movie/0", "movie/1", "movie/3"]
    assert {pair.value_range for pair in pairs} == {find_value_range(data[[0, 1, 3]])}
    (unusable,) = (each for each in found if isinstance(each, Unusable))
    assert unusable.name == "movie/2"


def closed_from(n: int) -> LayerPicture:
    """Make a lazy movie of five planes, of which those from n on may not be read."""

    def block(block_info: dict) -> np.ndarray:
        if block_info[None]["chunk-location"][0] >= n:
            raise PermissionError("This file is closed to you.")
        return np.full(block_info[None]["chunk-shape"], 300, np.uint16)

    lazy = dask.array.map_blocks(
        block, chunks=((1,) * 5, (8,), (8,)), dtype=np.uint16, meta=np.empty(0, np.uint16)
    )
    return LayerPicture("movie", lazy, rgb=False)


def test_planes_that_may_not_be_read_are_told_one_by_one() -> None:
    found = list(sift_planes(closed_from(3), 2))
    assert [each.name for each in found] == [f"movie/{n}" for n in range(5)]
    assert [each.reason for each in found if isinstance(each, Unusable)] == [
        "This file is closed to you."
    ] * 2


def test_a_layer_of_which_nothing_may_be_read_is_told_once() -> None:
    (unusable,) = sift_planes(closed_from(0), 2)
    assert unusable.name == "movie"


def test_training_is_told_what_was_raised() -> None:
    with pytest.raises(PermissionError, match="closed to you"):
        list(read_planes(closed_from(3), 2))


def test_complex_data_is_refused() -> None:
    # napari itself can't draw it, but other packages' layers may hold it
    picture = LayerPicture("waves", np.zeros((8, 8), complex), rgb=False)
    with pytest.raises(ValueError, match=r"The layer waves can't be used.*complex128"):
        list(read_planes(picture, 2))


def test_a_plane_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line .* too small"):
        pairs_of(Image(np.zeros((1, 8)), name="line"))
