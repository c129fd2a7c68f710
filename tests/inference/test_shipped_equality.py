"""The shipped models by every way through blocks and tiles, against the plain network at once."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import torch
import zarr
from distributed import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from tests.conftest import local_cluster
from tests.inference.conftest import torch_threads

from napari_fsrcnn.files.axes import named_axis, ome_order
from napari_fsrcnn.files.ome_zarr_pyramid import create_pyramid, open_levels
from napari_fsrcnn.files.open_picture import OpenPicture, open_picture
from napari_fsrcnn.image.value_range import ValueRange, find_value_range, to_unit
from napari_fsrcnn.inference import stream
from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.inference.block_upscaler import needed_halo
from napari_fsrcnn.inference.lazy import upscale_lazy
from napari_fsrcnn.inference.on_demand import OnDemand
from napari_fsrcnn.inference.prepared import CPU, prepare
from napari_fsrcnn.inference.restore import Restorer
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.upscaled_blocks import UpscaledBlocks, upscaled_blocks
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model

NAMES = ["fsrcnn-s-x2", "fsrcnn-x3", "srcnn-915-x2"]
TOLERANCE = 1e-5


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with dask.config.set(scheduler="synchronous"):
        yield


@st.composite
def pictures(draw: st.DrawFn, most_axes: int) -> NDArray[Any]:
    """Draw a stack in float: black and white pixels, which networks overshoot most at, or noise."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=most_axes, max_side=2))
    shape += draw(st.tuples(st.integers(1, 20), st.integers(1, 20)))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    values = random.random(shape) * draw(st.sampled_from([1.0, 4095.0]))
    if draw(st.booleans()):
        values = np.where(values > np.median(values), values.max(), 0)
    return (values + draw(st.sampled_from([0, -100]))).astype(draw(st.sampled_from(["f4", ">f8"])))


def plainly(model: Model, image: NDArray[Any], limits: ValueRange) -> NDArray[np.float64]:
    """Run the network as it is written, in double precision, over whole planes."""
    network = copy.deepcopy(as_module(model.network)).double()
    unit = to_unit(image, limits).astype(np.float64)
    planes = torch.from_numpy(unit.reshape(-1, 1, *image.shape[-2:]))
    with torch.inference_mode():
        upscaled: NDArray[np.float64] = network(planes).numpy()
    size = [model.scale * length for length in image.shape[-2:]]
    return (upscaled * limits.span + limits.low).reshape(*image.shape[:-2], *size)


def assert_equal(found: NDArray[Any], expected: NDArray[np.float64], limits: ValueRange) -> None:
    assert found.shape == expected.shape
    tolerance = TOLERANCE * max(limits.span, float(np.ptp(expected)))
    # Where the range is far from 0, values have only as many digits as float32.
    tolerance += 2 * float(np.finfo(np.float32).eps) * max(map(abs, limits))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(
    plane=pictures(most_axes=0),
    tile=st.tuples(st.integers(6, 16), st.integers(6, 16)),
    threads=st.sampled_from([1, 3]),
)
def test_tiles(name: str, plane: NDArray[Any], tile: tuple[int, int], threads: int) -> None:
    model, limits = load_model(name), find_value_range(plane)
    with torch_threads(threads):
        found = Restorer(prepare(model.network, CPU), limits, tile=tile)(plane)
    assert_equal(found, plainly(model, plane, limits), limits)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20)
@given(
    data=st.data(),
    stack=pictures(most_axes=2),
    rgb=st.booleans(),
    block=st.integers(10, 25),
    threads=st.sampled_from([1, 3]),
)
def test_blocks(
    name: str,
    data: st.DataObject,
    stack: NDArray[Any],
    rgb: bool,
    block: int,
    threads: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    planes = stack
    if rgb:  # three times the same channel, each through the network
        stack = np.stack(3 * [planes], axis=-1)
    model, limits = load_model(name), find_value_range(stack)
    expected = plainly(model, planes, limits)
    if rgb:
        expected = np.stack(3 * [expected], axis=-1)
    chunks = data.draw(st.tuples(*(st.integers(1, length) for length in stack.shape)))
    source = data.draw(st.sampled_from([stack, da.from_array(stack, chunks)]))
    how: dict[str, Any] = {"color": "channels", "device": "cpu"}

    lazy = upscale_lazy(source, model, rgb=rgb, block=block, **how)
    assert_equal(lazy.compute(), expected, limits)

    whole = upscaled_blocks(source, model, BlockCache(10**8), rgb=rgb, **how)
    halo = needed_halo(model, rgb=rgb)
    parts = UpscaledBlocks(source, whole.upscaler, model.scale, halo, whole.cache, side=block)
    assert_equal(np.asarray(OnDemand(parts)), expected, limits)

    names = "tzyx"[-planes.ndim :] + ("c" if rgb else "")
    picture = OpenPicture(source, rgb, tuple(named_axis(name) for name in names))
    with torch_threads(threads):
        found = streamed(picture, tmp_path_factory.mktemp("streamed") / "a.zarr", model, block)
    assert_equal(found, expected, limits)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Address of a scheduler with two workers, in this process."""
    with local_cluster(2, processes=False) as cluster:
        yield cluster.scheduler_address


@settings(max_examples=15)
@given(data=st.data(), stack=pictures(most_axes=2), block=st.integers(10, 25))
def test_workers(
    scheduler: str,
    data: st.DataObject,
    stack: NDArray[Any],
    block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    model, limits = load_model("fsrcnn-s-x2"), find_value_range(stack)
    expected = plainly(model, stack, limits)
    chunks = data.draw(st.tuples(*(st.integers(1, length) for length in stack.shape)))
    lazy = upscale_lazy(da.from_array(stack, chunks), model, block=block, device="cpu")
    with Client(scheduler, set_as_default=False) as client:
        assert_equal(client.compute(lazy).result(), expected, limits)

    folder = tmp_path_factory.mktemp("streamed")
    axes = [named_axis(name) for name in "tzyx"[-stack.ndim :]]
    native = stack.dtype.newbyteorder("=")
    create_pyramid(folder / "a.zarr", [stack.shape], chunks, native, axes, name="a", attributes={})
    open_levels(folder / "a.zarr")[0][:] = stack
    picture = open_picture(folder / "a.zarr")
    found = streamed(picture, folder / "b.zarr", model, block, scheduler=scheduler)
    assert_equal(found, expected, limits)


def streamed(
    picture: OpenPicture, target: Path, model: Model, block: int, **where: Any
) -> NDArray[Any]:
    """Upscale into OME-Zarr; the axes come back in the picture's order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "BLOCK", block)
        upscale_to_zarr(picture, target, model, color="channels", device="cpu", **where)
    found = np.asarray(zarr.open_array(target / "0", mode="r")[:])
    return found.transpose(np.argsort(ome_order(picture.axes)))
