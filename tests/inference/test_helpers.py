"""Blocks from other processes: the same values, and none is lost where a process is."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.inference.conftest import wait_until

from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler, Grid
from napari_fsrcnn.inference.helpers import Helpers
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.weights.model import Model

ROOM = 10**5
DTYPES = ["uint8", "<u2", ">u2", "int16", "float32", ">f8"]


def processes_of(helpers: Helpers) -> list[Any]:
    return [helper._process for helper in helpers._all]


def a_block(values: NDArray[Any]) -> Block:
    return next(iter(Grid(values.shape, 64, 0)))


@contextmanager
def nothing_here() -> Iterator[None]:
    """Let this process compute nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(BlockUpscaler, "upscale")
        yield


@pytest.fixture(scope="module")
def upscaler(make_model: Callable[..., Model]) -> BlockUpscaler:
    return BlockUpscaler(PortableModel.of(make_model()), ValueRange(0, 255), device="cpu")


@pytest.fixture(scope="module")
def helpers(upscaler: BlockUpscaler) -> Iterator[Helpers]:
    each = Helpers(upscaler, 1, ROOM)
    wait_until(lambda: each.ready)
    yield each
    each.close()


@settings(deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.sampled_from(DTYPES), st.integers(0, 9))
def test_the_values_are_the_same(
    upscaler: BlockUpscaler, helpers: Helpers, height: int, width: int, dtype: str, seed: int
) -> None:
    values = np.random.default_rng(seed).uniform(0, 255, (1, height, width)).astype(dtype)
    expected = upscaler.upscale(values, a_block(values))
    with nothing_here():
        upscaled = helpers.upscale(values, a_block(values))
    assert (upscaled.dtype, upscaled.shape) == (expected.dtype, expected.shape)
    whole = upscaled.dtype.kind != "f"
    difference = np.abs(upscaled.astype(float) - expected.astype(float)).max()
    assert difference <= (1 if whole else 255e-5)


def test_colour_and_the_range_are_the_same(upscaler: BlockUpscaler) -> None:
    coloured = replace(upscaler, rgb=True, color="channels", limits=ValueRange(9.5, 99))
    helpers = Helpers(coloured, 1, ROOM)
    wait_until(lambda: helpers.ready)
    values = np.random.default_rng(0).integers(0, 100, (1, 9, 12, 3), np.uint8)
    block = a_block(values[..., 0])
    expected = coloured.upscale(values, block)
    with nothing_here():
        upscaled = helpers.upscale(values, block)
    helpers.close()
    assert np.abs(upscaled.astype(int) - expected).max() <= 1


def test_what_cannot_be_upscaled_is_told(helpers: Helpers) -> None:
    values = np.full((1, 8, 8), np.nan, np.float32)
    with pytest.raises(ValueError, match="NaN"):
        helpers.upscale(values, a_block(values))
    assert helpers.ready


def test_a_block_larger_than_expected_is_upscaled_here(
    upscaler: BlockUpscaler, helpers: Helpers
) -> None:
    for side in (200, 100):  # it is too large as it is read, or once upscaled
        values = np.random.default_rng(0).uniform(0, 255, (1, side, side))
        for _ in range(2):
            upscaled = helpers.upscale(values, a_block(values))
            np.testing.assert_array_equal(upscaled, upscaler.upscale(values, a_block(values)))
        assert helpers.ready


def test_where_one_dies_the_other_goes_on_and_then_this_process(upscaler: BlockUpscaler) -> None:
    helpers = Helpers(upscaler, 2, ROOM)
    values = np.full((1, 8, 8), 40, np.uint8)
    before = helpers.upscale(values, a_block(values))  # while they start
    wait_until(lambda: all(helper.alive for helper in helpers._all))
    first, second = processes_of(helpers)
    first.kill()
    wait_until(lambda: not all(helper.alive for helper in helpers._all))
    for _ in range(2):  # it is found to be dead, and that block is upscaled here
        helpers.upscale(values, a_block(values))
    with nothing_here():
        np.testing.assert_array_equal(helpers.upscale(values, a_block(values)), before)
    second.kill()
    for _ in range(2):
        np.testing.assert_array_equal(helpers.upscale(values, a_block(values)), before)
    wait_until(lambda: not helpers.ready)


def test_closed_nothing_is_left_nor_begun(
    upscaler: BlockUpscaler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    helpers = Helpers(upscaler, 1, ROOM)
    wait_until(lambda: helpers.ready)
    (process,) = processes_of(helpers)
    assert list(tmp_path.iterdir()) == []
    helpers.close()
    wait_until(lambda: process.poll() is not None)
    assert process.returncode == 0
    values = np.full((1, 8, 8), 40, np.uint8)
    with pytest.raises(RuntimeError, match="No more"):
        helpers.upscale(values, a_block(values))


def test_closed_while_it_starts_it_ends(upscaler: BlockUpscaler) -> None:
    helpers = Helpers(upscaler, 1, ROOM)
    wait_until(lambda: processes_of(helpers) != [None])
    (process,) = processes_of(helpers)
    helpers.close()
    assert process.poll() is None  # it was not waited for
    wait_until(lambda: process.poll() is not None)
    assert not helpers.ready


def test_it_ends_although_another_process_has_its_pipe_too(upscaler: BlockUpscaler) -> None:
    helpers = Helpers(upscaler, 1, ROOM)
    wait_until(lambda: helpers.ready)
    (process,) = processes_of(helpers)
    copied = os.dup(process.stdin.fileno())
    helpers.close()
    wait_until(lambda: process.poll() is not None)
    os.close(copied)


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
    helpers._all[0]._thread.join(60)
    assert processes_of(helpers) == [None]
    assert not helpers.ready
    assert list(tmp_path.iterdir()) == []
    values = np.full((1, 8, 8), 40, np.uint8)
    expected = upscaler.upscale(values, a_block(values))
    np.testing.assert_array_equal(helpers.upscale(values, a_block(values)), expected)
