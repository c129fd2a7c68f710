"""What reads layers in a thread keeps out of dask's callbacks, of which napari's cache is one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from dask.callbacks import Callback

import napari_fsrcnn
from napari_fsrcnn.evaluation.self_test import self_test
from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.image.sampled_range import sample_value_range
from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.inference.coarser import coarser_levels
from napari_fsrcnn.inference.deviation import deviation
from napari_fsrcnn.inference.on_demand import OnDemand
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.upscaled_blocks import upscaled_blocks
from napari_fsrcnn.weights.shipped import load_model
from napari_fsrcnn.widgets.layer_pictures import LayerPicture, read_layer_pair, read_planes
from napari_fsrcnn.widgets.measure_job import measuring_events
from napari_fsrcnn.widgets.upscaling import Request, upscaling_events

MODEL = load_model("fsrcnn-s-x2")
LARGE = np.random.default_rng(3).integers(0, 4096, (1100, 90), np.uint16)
HR = LARGE[:96]
LR = HR[::2, ::2]

Lazy = Callable[[np.ndarray], Any]


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """What dask's callbacks are told."""
    keys: list[Any] = []
    with Callback(pretask=lambda key, *_: keys.append(key)):
        yield keys


READ: list[np.ndarray] = []
"""Chunks that were computed."""


def lazy(image: np.ndarray) -> Any:
    chunks = da.from_array(image, chunks=(40, 40))
    return chunks.map_blocks(_note, meta=image[:0])


def _note(chunk: np.ndarray) -> np.ndarray:
    READ.append(chunk)
    return chunk


def blocks() -> Any:
    return upscaled_blocks(lazy(LR), MODEL, BlockCache(10**8), rgb=False, device="cpu")


def write(folder: Path) -> None:
    picture = OpenPicture(lazy(LR), rgb=False, axes=(named_axis("y"), named_axis("x")))
    upscale_to_zarr(picture, folder / "a.zarr", MODEL, device="cpu")


def upscale_and_measure() -> list[Any]:
    wanted = Request(lazy(LR), False, MODEL, 2, device="cpu", reference=lazy(HR))
    return list(upscaling_events(wanted, stop=threading.Event(), report=lambda _: None))


def measure() -> list[Any]:
    how: Any = {"rgb": False, "stop": threading.Event(), "report": lambda _: None}
    return list(measuring_events(lazy(HR), lazy(HR + 1), **how))


def layer(name: str, image: np.ndarray) -> LayerPicture:
    return LayerPicture(name, lazy(image), rgb=False)


@pytest.mark.parametrize(
    "task",
    [
        lambda _: napari_fsrcnn.upscale(lazy(LR), MODEL, device="cpu"),
        lambda _: upscale_and_measure(),
        lambda _: measure(),
        lambda _: self_test(lazy(HR), 2, ["fsrcnn-s-x2"], device="cpu"),
        lambda _: sample_value_range(lazy(LR), rgb=False),
        lambda _: deviation(lazy(LR), MODEL, rgb=False, precision="bf16", device="cpu"),
        lambda _: coarser_levels(lazy(LARGE), rgb=False),
        lambda _: np.asarray(OnDemand(blocks())),
        lambda _: OnDemand(blocks()).rough(),
        write,
        lambda _: list(read_planes(layer("HR", HR), 2)),
        lambda _: list(read_layer_pair(layer("HR", HR), layer("LR", LR), 2)),
    ],
    ids=[
        "upscale",
        "widget",
        "measure",
        "self-test",
        "range",
        "deviation",
        "coarser",
        "lazy",
        "rough",
        "zarr",
        "train",
        "pair",
    ],
)
def test_dasks_callbacks_are_told_nothing(
    task: Callable[[Path], object], told: list[Any], tmp_path: Path
) -> None:
    READ.clear()
    task(tmp_path)
    assert READ
    assert told == []
    lazy(LR).compute()
    assert told
