"""The upscaled picture as an array: the values of the whole one, and only what is read is computed."""

from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.inference.on_demand import OnDemand
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.inference.upscaled_blocks import UpscaledBlocks, upscaled_blocks
from napari_fsrcnn.weights.model import Model

SIDE = 7
SHAPES = [(3, 20, 31), (16, 9), (2, 2, 15, 8), (33, 40, 3), (2, 32, 33, 4)]


@pytest.fixture(scope="module")
def model(make_model: Callable[..., Model]) -> Model:
    return make_model()


def small_blocks(image: Any, model: Model, cache: BlockCache | None = None) -> UpscaledBlocks:
    """Blocks so small that a small picture has several."""
    rgb = image.shape[-1] in (3, 4)
    prepared = upscaled_blocks(image, model, cache or BlockCache(10**9), rgb=rgb, device="cpu")
    return UpscaledBlocks(
        image, prepared.upscaler, model.scale, model.halo + 4, prepared.cache, side=SIDE
    )


def random_picture(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, shape, np.uint8)


@st.composite
def keys(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Index some of the axes by integers and forward slices, with an ellipsis somewhere."""
    whole = [draw(one_place(n) | forward(n)) for n in shape]
    first = draw(st.integers(0, len(shape)))
    last = draw(st.integers(first, len(shape)))
    return (*whole[:first], ..., *whole[last:]) if draw(st.booleans()) else tuple(whole[:last])


def one_place(length: int) -> st.SearchStrategy[int]:
    return st.integers(-length, length - 1) if length else st.nothing()


def forward(length: int) -> st.SearchStrategy[slice]:
    ends = st.none() | st.integers(-length - 1, length + 1)
    return st.builds(slice, ends, ends, st.none() | st.integers(1, 9))


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25)
@given(data=st.data())
def test_any_part_is_that_of_the_whole(shape: tuple[int, ...], model: Model, data: Any) -> None:
    image = random_picture(shape)
    whole = upscale(image, model, device="cpu", rgb=shape[-1] in (3, 4)).astype(int)
    lazy = OnDemand(small_blocks(image, model))
    assert (lazy.shape, lazy.ndim, lazy.size) == (whole.shape, whole.ndim, whole.size)
    key = data.draw(keys(whole.shape))
    part = lazy[key]
    assert part.shape == whole[key].shape
    inner = data.draw(keys(part.shape))
    for found, expected in ((part, whole[key]), (part[inner], whole[key][inner])):
        values = np.asarray(found)
        assert (values.shape, values.dtype) == (expected.shape, image.dtype)
        assert np.abs(values.astype(int) - expected).max(initial=0) <= 1  # a rounding tipped over


@pytest.mark.parametrize("kind", ["numpy", "dask", "zarr"])
def test_only_what_is_read_is_computed_and_only_once(kind: str, model: Model) -> None:
    image = random_picture((2, 40, 40))
    image[1, 30, 30] = 255
    given_as: Any = {
        "numpy": image,
        "dask": da.from_array(image, chunks=(1, 9, 40)),
        "zarr": zarr.array(image, chunks=(1, 16, 16)),
    }[kind]
    blocks = small_blocks(given_as, model)
    lazy = OnDemand(blocks)
    np.asarray(lazy[1, 14:28, 14:28])
    assert blocks.cache.nbytes == (2 * SIDE) ** 2
    before = blocks.known((1, 1, 1))
    np.asarray(lazy[1, 15:16, 14:28])
    assert blocks.known((1, 1, 1)) is before
    blocks.drop()
    assert blocks.cache.nbytes == 0


def test_rough_is_the_picture_itself_at_the_same_place(model: Model) -> None:
    image = random_picture((3, 20, 31))
    repeated = image.repeat(2, 1).repeat(2, 2)
    view = OnDemand(small_blocks(image, model))[1, 3:30, 5:50:4]
    np.testing.assert_array_equal(view.without_dropped(view.rough()), repeated[1, 3:30, 5:50:4])


def test_nan_is_refused_where_it_is_read(model: Model) -> None:
    image = random_picture((40, 40)).astype(np.float32)
    blocks = small_blocks(image, model)
    image[35, 35] = np.nan
    assert np.isfinite(np.asarray(OnDemand(blocks)[:20, :20])).all()
    with pytest.raises(ValueError, match="NaN or infinity"):
        np.asarray(OnDemand(blocks))


@pytest.mark.parametrize("key", [slice(None, None, -1), [1, 2], (0, 0, 0), None, True])
def test_what_can_be_no_view_is_refused(key: Any, model: Model) -> None:
    with pytest.raises(IndexError, match=r"numpy\.asarray"):
        OnDemand(small_blocks(random_picture((20, 31)), model))[key]


def test_the_cache_keeps_to_its_limit(model: Model) -> None:
    cache = BlockCache(limit=3 * (2 * SIDE) ** 2)
    image = random_picture((28, 28))
    first, second = (OnDemand(small_blocks(image, model, cache)) for _ in range(2))
    np.testing.assert_array_equal(np.asarray(first), np.asarray(second))
    assert cache.nbytes == cache.limit
    first.blocks.drop()
    assert cache.nbytes == cache.limit  # by now all of it was the second one's
    second.blocks.drop()
    assert cache.nbytes == 0
