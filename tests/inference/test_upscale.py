"""Upscaling of any array: shapes, dtypes, memory layouts, progress, stop and refusals."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

import napari_fsrcnn
from napari_fsrcnn.image.value_range import ValueRange, find_value_range, from_unit, to_unit
from napari_fsrcnn.inference.tile_choice import OVERRIDE
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model

DTYPES = ["?", "u1", "i1", "<u2", ">u2", "<i2", ">i4", "<u4", "<i8", ">u8", "f2", "<f4", ">f8", "g"]


def by_definition(plane: NDArray[Any], model: Model, limits: ValueRange) -> NDArray[Any]:
    """Map to [0, 1], run the network over the whole plane, map back."""
    unit = torch.from_numpy(to_unit(plane, limits))
    with torch.inference_mode():
        whole = as_module(model.network)(unit[None, None])[0, 0]
    return from_unit(whole.numpy(), limits, plane.dtype)


def assert_near(found: NDArray[Any], expected: NDArray[Any], span: float) -> None:
    """Tolerate the last bits of single precision, which may also tip a rounding over."""
    assert found.shape == expected.shape
    step = 0.0 if found.dtype.kind == "f" else 1.0
    if found.dtype == np.float16:
        step = span * 2**-10
    difference = np.abs(found.astype(float) - expected.astype(float))
    assert difference.max() <= step + 1e-5 * span


def test_it_is_the_public_one() -> None:
    assert napari_fsrcnn.upscale is upscale


@settings(max_examples=100)
@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_every_dtype(model: Model, data: st.DataObject, dtype: str) -> None:
    top = 1000 if np.dtype(dtype).itemsize > 1 else 100
    values = st.integers(0, 1 if dtype == "?" else top)
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    image = data.draw(hnp.arrays(np.int64, shape, elements=values)).astype(dtype)
    found = upscale(image, model, device="cpu")
    limits = find_value_range(image)
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    assert_near(found, by_definition(image, model, limits), limits.span)


@settings(max_examples=40)
@given(shape=hnp.array_shapes(min_dims=2, max_dims=5, min_side=1, max_side=5))
def test_every_leading_axis_is_a_stack_of_planes(model: Model, shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(3).integers(0, 4096, shape).astype(np.uint16)
    found = upscale(image, model, rgb=False, device="cpu")
    assert found.shape == (*shape[:-2], 2 * shape[-2], 2 * shape[-1])
    limits = find_value_range(image)
    for index in np.ndindex(shape[:-2]):
        alone = upscale(image[index], model, value_range=limits, device="cpu")
        np.testing.assert_array_equal(found[index], alone)


@pytest.mark.parametrize("scale", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 3), (33, 17)])
def test_odd_sizes_at_every_scale(make_model: Any, scale: int, size: tuple[int, int]) -> None:
    model = make_model(scale)
    image = np.random.default_rng(0).uniform(size=size)
    found = upscale(image, model, device="cpu")
    assert found.shape == (scale * size[0], scale * size[1])
    assert_near(found, by_definition(image, model, ValueRange(0, 1)), 1)


@pytest.mark.parametrize("padding_mode", ["replicate", "zeros"])
def test_a_picture_of_several_tiles_is_the_whole(
    make_model: Any, padding_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model(3, padding_mode=padding_mode)
    monkeypatch.setenv(OVERRIDE, "16x24")
    image = np.random.default_rng(0).uniform(size=(35, 29))
    assert_near(upscale(image, model), by_definition(image, model, ValueRange(0, 1)), 1)


IMAGE = np.random.default_rng(9).integers(0, 60_000, (2, 7, 10)).astype(np.uint16)


def read_only(image: NDArray[Any]) -> NDArray[Any]:
    copy = image.copy()
    copy.flags.writeable = False
    return copy


@pytest.mark.parametrize(
    "laid_out",
    [
        read_only,
        lambda image: image[::-1, ::-1, ::-1][::-1, ::-1, ::-1],
        np.asfortranarray,
        lambda image: np.repeat(image, 2, axis=2)[..., ::2],
        lambda image: image.astype(">u2"),
    ],
    ids=["read-only", "negative", "Fortran", "strided", "big-endian"],
)
def test_any_memory_layout(model: Model, laid_out: Any) -> None:
    expected = upscale(IMAGE, model, device="cpu")
    given_image = laid_out(IMAGE)
    found = upscale(given_image, model, device="cpu")
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(given_image, IMAGE)


def test_what_numpy_takes_for_an_array(model: Model) -> None:
    image = IMAGE.astype(np.int64)
    expected = upscale(image, model, device="cpu")
    for array_like in (image.tolist(), torch.from_numpy(image)):
        np.testing.assert_array_equal(upscale(array_like, model, device="cpu"), expected)


def test_a_memory_mapped_file(model: Model, tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", IMAGE)
    mapped = np.load(tmp_path / "stack.npy", mmap_mode="r")
    assert isinstance(mapped, np.memmap)
    found = upscale(mapped, model, device="cpu")
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, upscale(IMAGE, model, device="cpu"))


def test_a_broadcast_picture(model: Model) -> None:
    image = np.broadcast_to(np.arange(6, dtype=np.float32) / 6, (4, 6))
    np.testing.assert_array_equal(
        upscale(image, model, device="cpu"), upscale(image.copy(), model, device="cpu")
    )


@pytest.mark.parametrize(
    ("shape", "rgb", "color", "total"),
    [
        ((1, 1), False, "luma", 1),
        ((2, 3, 5, 5), False, "luma", 6),
        ((17, 24), False, "luma", 2),
        ((2, 5, 5, 3), True, "luma", 2),
        ((2, 5, 5, 4), True, "channels", 6),
    ],
)
def test_progress_counts_up_to_its_total(
    model: Model,
    shape: tuple[int, ...],
    rgb: bool,
    color: Any,
    total: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(OVERRIDE, "16x24")
    seen: list[tuple[int, int]] = []
    upscale(
        np.zeros(shape),
        model,
        rgb=rgb,
        color=color,
        device="cpu",
        progress=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(done, total) for done in range(1, total + 1)]


def test_it_can_be_stopped(model: Model) -> None:
    stop = threading.Event()
    seen: list[int] = []

    def progress(done: int, _total: int) -> None:
        seen.append(done)
        if done == 3:
            stop.set()

    with pytest.raises(UpscaleStopped):
        upscale(np.zeros((9, 4, 4)), model, progress=progress, stop=stop, device="cpu")
    assert seen == [1, 2, 3]


def test_a_model_can_be_a_name_a_file_or_loaded(model: Model, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.safetensors", model)
    image = np.random.default_rng(0).uniform(size=(6, 5))
    expected = upscale(image, model, device="cpu")
    for file in (tmp_path / "mine.safetensors", str(tmp_path / "mine.safetensors")):
        np.testing.assert_array_equal(upscale(image, file, device="cpu"), expected)
    assert upscale(image, "fsrcnn-x3", device="cpu").shape == (18, 15)
    assert upscale(image, device="cpu").shape == (12, 10)


def test_the_model_stays_as_it_was(model: Model) -> None:
    before = {name: value.clone() for name, value in model.network.state_dict().items()}  # type: ignore[attr-defined]
    first = upscale(IMAGE, model, device="cpu")
    np.testing.assert_array_equal(upscale(IMAGE, model, device="cpu"), first)
    for name, value in model.network.state_dict().items():  # type: ignore[attr-defined]
        assert torch.equal(value, before[name])


@pytest.mark.parametrize(
    ("image", "changes", "sentence"),
    [
        (np.zeros((4, 4), complex), {}, "data type complex128"),
        (np.zeros((4, 4), object), {}, "data type object"),
        (None, {}, "data type object"),
        ("a.png", {}, "data type <U5"),
        (np.zeros((4, 0)), {}, "empty"),
        (np.zeros(4), {}, "at least 2 axes"),
        (5.0, {}, "at least 2 axes"),
        (np.zeros((4, 3)), {"rgb": True}, "at least 3 axes"),
        (np.zeros((4, 4, 5)), {"rgb": True}, "3 or 4 values on its last axis"),
        (np.array([[0, np.nan]]), {}, "NaN or infinity"),
        (np.array([[0, np.inf]]), {}, "NaN or infinity"),
        (np.zeros((4, 4)), {"color": "rgb"}, "color must be 'luma' or 'channels', not 'rgb'"),
        (np.zeros((4, 4)), {"value_range": (1, 0)}, r"low <= high, not \(1, 0\)"),
        (np.zeros((4, 4)), {"value_range": (0, np.nan)}, "low <= high"),
        (np.zeros((4, 4)), {"value_range": (0, np.inf)}, "low <= high"),
        (np.zeros((4, 4)), {"value_range": (0, 1, 2)}, "low <= high"),
        (np.zeros((4, 4)), {"value_range": (None, 1)}, "low <= high"),
        (np.zeros((4, 4)), {"value_range": 5}, "low <= high"),
        (np.zeros((4, 4)), {"device": "gpu"}, "device must be auto, cpu"),
        (np.zeros((4, 4)), {"model": "edsr"}, "no model 'edsr'"),
    ],
)
def test_what_cannot_be_upscaled_is_refused(
    model: Model, image: Any, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        upscale(image, **({"model": model} | changes))


def test_a_model_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no file nowhere\.safetensors"):
        upscale(np.zeros((4, 4)), "nowhere.safetensors")
