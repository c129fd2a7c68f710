"""Blocks from other processes: the same values, and none is lost where a process is."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler, Grid
from napari_fsrcnn.inference.helpers import Helpers
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.weights.model import Model

ROOM = 10**5
DTYPES = ["uint8", "<u2", ">u2", "int16", "float32", ">f8"]


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def processes_of(helpers: Helpers) -> list[Any]:
    return [helper._process for helper in helpers._all]


def a_block(values: NDArray[Any]) -> Block:
    return next(iter(Grid(values.shape, 64, 0)))


@pytest.fixture(scope="module")
def upscaler(make_model: Callable[..., Model]) -> BlockUpscaler:
    return BlockUpscaler(PortableModel.of(make_model()), ValueRange(0, 255), device="cpu")


@pytest.fixture(scope="module")
def helpers(upscaler: BlockUpscaler) -> Iterator[Helpers]:
    each = Helpers(upscaler, 1, ROOM)
    wait_until(lambda: each.ready)
    yield each
    each.close()


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process compute nothing."""
    monkeypatch.delattr(BlockUpscaler, "upscale")


@settings(deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.sampled_from(DTYPES), st.integers(0, 9))
def test_the_values_are_the_same(
    upscaler: BlockUpscaler, helpers: Helpers, height: int, width: int, dtype: str, seed: int
) -> None:
    values = np.random.default_rng(seed).uniform(0, 255, (1, height, width)).astype(dtype)
    expected = upscaler.upscale(values, a_block(values))
    upscaled = helpers.upscale(values, a_block(values))
    assert (upscaled.dtype, upscaled.shape) == (expected.dtype, expected.shape)
    whole = upscaled.dtype.kind != "f"
    difference = np.abs(upscaled.astype(float) - expected.astype(float)).max()
    assert difference <= (1 if whole else 255e-5)


@pytest.mark.usefixtures("nothing_here")
def test_it_is_another_process_that_computes(helpers: Helpers) -> None:
    values = np.full((1, 8, 9), 40, np.uint8)
    assert helpers.upscale(values, a_block(values)).shape == (1, 16, 18)


def test_what_cannot_be_upscaled_is_told(helpers: Helpers) -> None:
    values = np.full((1, 8, 8), np.nan, np.float32)
    with pytest.raises(ValueError, match="NaN"):
        helpers.upscale(values, a_block(values))
    assert helpers.ready


def test_where_one_dies_this_process_goes_on(upscaler: BlockUpscaler) -> None:
    helpers = Helpers(upscaler, 1, ROOM)
    values = np.full((1, 8, 8), 40, np.uint8)
    before = helpers.upscale(values, a_block(values))  # while it starts
    wait_until(lambda: helpers.ready)
    processes_of(helpers)[0].kill()
    for _ in range(2):
        np.testing.assert_array_equal(helpers.upscale(values, a_block(values)), before)
    wait_until(lambda: not helpers.ready)


def test_closed_nothing_is_left(
    upscaler: BlockUpscaler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    helpers = Helpers(upscaler, 2, ROOM)
    wait_until(lambda: all(helper.alive for helper in helpers._all))
    processes = processes_of(helpers)
    helpers.close()
    wait_until(lambda: all(process.poll() is not None for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    assert list(tmp_path.iterdir()) == []


def test_closed_at_once_none_is_ready(upscaler: BlockUpscaler) -> None:
    helpers = Helpers(upscaler, 1, ROOM)
    helpers.close()
    helpers._idle.get(timeout=60)
    assert not helpers.ready


@pytest.mark.parametrize("fails", ["frozen", "missing"])
def test_where_none_can_be_started_this_process_computes(
    fails: str, upscaler: BlockUpscaler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if fails == "frozen":  # the program that runs is no Python
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    else:
        missing = str(tmp_path / "missing")
        monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda: missing)
    helpers = Helpers(upscaler, 1, ROOM)
    values = np.full((1, 8, 8), 40, np.uint8)
    expected = upscaler.upscale(values, a_block(values))
    np.testing.assert_array_equal(helpers.upscale(values, a_block(values)), expected)
    assert not helpers.ready
    wait_until(lambda: not list(tmp_path.iterdir()))
