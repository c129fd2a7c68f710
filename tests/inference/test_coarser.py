"""Coarser levels of arrays that have none."""

from typing import Any

import dask.array as da
import numpy as np
import pytest
import zarr

from napari_fsrcnn.inference.coarser import coarser_levels


@pytest.mark.parametrize("wrap", [np.asarray, da.from_array, zarr.array])
def test_levels_show_the_same_scene(wrap: Any) -> None:
    y, x = np.mgrid[:2500, :1300].astype(np.float32)
    levels = coarser_levels(wrap(y + x), rgb=False)
    assert [level.shape for level in levels] == [(1250, 650), (625, 325)]
    for factor, level in zip((2, 4), levels, strict=True):
        # Each pixel is one of those that it stands for.
        rows, columns = np.mgrid[: level.shape[0], : level.shape[1]]
        middle = factor * (rows + columns) + factor - 1
        assert np.abs(np.asarray(level) - middle).max() <= factor
    assert isinstance(levels[-1], np.ndarray)


def test_stacks_and_colour_keep_their_other_axes() -> None:
    (level,) = coarser_levels(da.zeros((7, 1025, 20, 3), np.uint8), rgb=True)
    assert level.shape == (7, 512, 10, 3)
    assert isinstance(level, da.Array)
    assert coarser_levels(np.zeros((4000, 9, 1024)), rgb=False) == []
