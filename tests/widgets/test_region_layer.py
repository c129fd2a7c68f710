"""The map of the gain lies where it was measured."""

from typing import Any

import numpy as np
import pytest
from napari.layers import Image

from napari_fsrcnn.evaluation.self_test_result import Region, SelfTest, rank
from napari_fsrcnn.widgets.region_layer import region_layer


def found(gain: Any, start: tuple[int, ...]) -> SelfTest:
    bicubic, best = rank([("bicubic", 30, 0.8, 40, 0.1), ("mine", 31, 0.8, 40, 0.1)])
    region = Region(np.asarray(gain, np.float32), start)
    return SelfTest(2, bicubic, (best,), region, "", 4096, 255, rgb=False, channels="luma")


# What is drawn of such a layer in 2D does not matter here.
@pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")
@pytest.mark.parametrize(("ndim", "rgb"), [(2, False), (2, True), (3, False), (4, True)])
def test_every_pixel_lies_over_the_one_it_was_measured_at(ndim: int, rgb: bool) -> None:
    random = np.random.default_rng(ndim)
    rotation, _ = np.linalg.qr(random.normal(size=(ndim, ndim)))
    rotation[:, 0] *= np.linalg.det(rotation)
    affine = np.eye(ndim + 1)
    affine[:ndim] += random.normal(size=(ndim, ndim + 1))
    source = Image(
        np.zeros((9,) * ndim + (3,) * rgb),
        rgb=rgb,
        scale=random.uniform(0.1, 9, ndim),
        translate=random.normal(size=ndim),
        rotate=rotation,
        shear=random.normal(size=ndim * (ndim - 1) // 2),
        affine=affine,
        units=["um"] * ndim,
    )
    start = tuple(random.integers(0, 4, ndim))
    layer = region_layer(source, found(np.zeros((5,) * ndim), start))
    assert not layer.rgb
    for _ in range(10):
        point = random.uniform(0, 4, ndim)
        np.testing.assert_allclose(
            layer.data_to_world(point), source.data_to_world(point + start), rtol=0, atol=1e-10
        )
    assert layer.units == source.units


def test_a_multiscale_layer_counts_as_its_finest_level() -> None:
    source = Image([np.zeros((40, 60)), np.zeros((20, 30))], multiscale=True, scale=(3, 2))
    layer = region_layer(source, found(np.zeros((20, 20)), (10, 20)))
    np.testing.assert_allclose(layer.data_to_world([0, 0]), source.data_to_world([10, 20]))


@pytest.mark.parametrize(("strongest", "limit"), [(0.2, 1), (-4.5, 5), (7.1, 8)])
def test_no_gain_is_the_middle_of_the_colours(strongest: float, limit: float) -> None:
    gain = np.zeros((10, 10))
    gain[:5] = strongest
    layer = region_layer(Image(gain, name="cells"), found(gain, (0, 0)))
    assert tuple(layer.contrast_limits) == (-limit, limit)
    assert layer.colorbar.visible
    assert layer.name == "cells [dB gained by mine]"
