"""Lazy upscaling: the values of the whole picture, whatever the blocks, chunks and axes."""

import pickle
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.inference.lazy import upscale_lazy
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.weights.model import Model

DTYPES = ["?", "u1", "<u2", ">u2", "i2", "<i8", "f2", "f4", ">f8"]
MakeModel = Any


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    with dask.config.set(scheduler="synchronous"):
        yield


def assert_equal_but_for_rounding(
    found: NDArray[Any], expected: NDArray[Any], image: NDArray[Any]
) -> None:
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    difference = np.abs(found.astype(float) - expected.astype(float))
    if found.dtype.kind == "f":
        span = find_value_range(image).span or 1
        assert difference.max() <= span * (1e-3 if found.dtype == np.float16 else 1e-5)
    else:
        assert difference.max() <= 1  # a last bit may tip a rounding over


@st.composite
def chunkings(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Cut every axis anywhere."""
    cuts = [draw(st.sets(st.integers(1, length), max_size=3)) for length in shape]
    edges = [sorted({0, length, *each}) for each, length in zip(cuts, shape, strict=True)]
    return tuple(tuple(int(part) for part in np.diff(each)) for each in edges)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[NDArray[Any], bool]:
    """Draw a stack of any dtype, and whether it is colour."""
    dtype = draw(st.sampled_from(DTYPES))
    lead = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    size = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    colours = draw(st.sampled_from([(), (3,), (4,)]))
    top = {"?": 2, "u1": 256, "f2": 100}.get(dtype, 4096)
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return random.integers(0, top, (*lead, *size, *colours)).astype(dtype), bool(colours)


@settings(max_examples=100)
@given(
    data=st.data(),
    picture=pictures(),
    color=st.sampled_from(["luma", "channels"]),
    scale=st.integers(2, 4),
    padding_mode=st.sampled_from(["replicate", "zeros"]),
    block=st.integers(4, 30),
)
def test_any_chunks_and_blocks_give_the_whole(
    make_model: MakeModel,
    data: st.DataObject,
    picture: tuple[NDArray[Any], bool],
    color: Any,
    scale: int,
    padding_mode: str,
    block: int,
) -> None:
    image, rgb = picture
    chunks = data.draw(st.none() | chunkings(image.shape))
    source = image if chunks is None else da.from_array(image, chunks)
    model = make_model(scale, padding_mode=padding_mode)
    how: dict[str, Any] = {"rgb": rgb, "color": color, "device": "cpu"}
    lazy = upscale_lazy(source, model, block=block, **how)
    expected = upscale(image, model, **how)
    assert (lazy.shape, lazy.dtype) == (expected.shape, expected.dtype)
    assert_equal_but_for_rounding(lazy.compute(), expected, image)


@pytest.mark.parametrize("name", ["fsrcnn", "srcnn-915"])
def test_a_narrower_halo_would_show(
    make_model: MakeModel, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model(2, name)
    image = np.random.default_rng(0).random((30, 30), np.float32)
    whole = upscale_lazy(image, model, device="cpu").compute()
    monkeypatch.setattr(model.network, "halo", model.halo - 1)
    cut = upscale_lazy(image, model, device="cpu", block=10).compute()
    assert not np.allclose(whole, cut, atol=1e-5)


@pytest.mark.parametrize("given_as", ["numpy", "dask", "zarr", "mapped"])
def test_only_what_is_looked_at_is_read(model: Model, given_as: str, tmp_path: Path) -> None:
    image = np.zeros((3, 64, 64), np.float32)
    image[1, 40:, 40:] = np.nan  # refused where it is read
    np.save(tmp_path / "a.npy", image)
    sources: dict[str, Any] = {
        "numpy": image,
        "dask": da.from_array(image, (2, 20, 20)),
        "zarr": zarr.create_array(tmp_path / "a.zarr", data=image, chunks=(1, 16, 16)),
        "mapped": np.load(tmp_path / "a.npy", mmap_mode="r"),
    }
    lazy = upscale_lazy(sources[given_as], model, device="cpu", value_range=(0, 1), block=16)
    assert lazy.chunksize == (1, 32, 32)
    part = lazy[1, :64, :64].compute()
    expected = upscale(image[1, :40, :40], model, device="cpu", value_range=(0, 1))[:64, :64]
    np.testing.assert_allclose(part, expected, atol=1e-5)
    with pytest.raises(ValueError, match="NaN or infinity"):
        lazy[1, 64:].compute()


def test_the_value_range_is_found_once(model: Model) -> None:
    image = np.random.default_rng(0).integers(100, 4000, (2, 40, 40), np.uint16)
    image[1] //= 4
    reads: list[int] = []

    def counted(plane: NDArray[Any]) -> NDArray[Any]:
        reads.append(plane.size)
        return plane

    source = da.from_array(image, (1, 40, 40)).map_blocks(
        counted, dtype=image.dtype, meta=image[:0]
    )
    lazy = upscale_lazy(source, model, device="cpu", block=20)
    assert sum(reads) == image.size
    reads.clear()
    found = lazy[0].compute()
    assert sum(reads) == image[0].size  # once, for four blocks
    assert_equal_but_for_rounding(found, upscale(image, model, device="cpu")[0], image)


def test_the_graph_goes_to_other_processes(make_model: MakeModel, tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)
    source = zarr.create_array(tmp_path / "a.zarr", data=image, chunks=(16, 16))
    model = make_model(3)
    lazy = upscale_lazy(source, model, device="cpu", block=16)
    content = pickle.dumps(lazy)
    # One model for nine tasks.
    assert len(content) < 2 * len(pickle.dumps(upscale_lazy(source, model, device="cpu")))
    found = pickle.loads(content).compute()  # noqa: S301
    np.testing.assert_array_equal(found, lazy.compute())


def test_a_list_is_taken_as_it_is_elsewhere(model: Model) -> None:
    image = np.random.default_rng(0).uniform(0, 1, (9, 7)).tolist()
    expected = upscale(image, model, device="cpu")
    np.testing.assert_allclose(
        upscale_lazy(image, model, device="cpu").compute(), expected, atol=1e-5
    )


UNKNOWN = da.ones((9, 9), chunks=4)
UNKNOWN = UNKNOWN[UNKNOWN[:, 0] > 0]  # as many rows as dask finds when it computes


@pytest.mark.parametrize(
    ("image", "changes", "sentence"),
    [
        (UNKNOWN, {}, r"call its compute_chunk_sizes\(\) first"),
        (np.zeros((4, 4), complex), {}, "data type complex128"),
        (np.zeros((4, 0)), {}, "empty"),
        (np.zeros(4), {}, "at least 2 axes"),
        (np.zeros((4, 4, 5)), {"rgb": True}, "3 or 4 values"),
        (np.full((4, 4), np.nan), {}, "nothing but NaN or infinity"),
        (np.zeros((4, 4)), {"color": "rgb"}, "color must be"),
        (np.zeros((4, 4)), {"value_range": (1, 0)}, "low <= high"),
        (np.zeros((4, 4)), {"device": "gpu"}, "device must be"),
        (np.zeros((4, 4)), {"block": 0}, "at least one pixel wide, not 0"),
        (np.zeros((4, 4)), {"model": "edsr"}, "no model 'edsr'"),
    ],
)
def test_what_cannot_be_upscaled_is_refused_at_once(
    model: Model, image: Any, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        upscale_lazy(image, **({"model": model} | changes))
