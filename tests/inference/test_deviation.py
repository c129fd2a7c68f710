"""Half precision against single precision on a picture's middle."""

from collections.abc import Callable

import numpy as np
import pytest

from napari_fsrcnn.inference.deviation import deviation
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.weights.model import Model


@pytest.mark.parametrize("rgb", [False, True])
def test_it_is_what_whole_pictures_differ_by(model: Model, rgb: bool) -> None:
    shape = (3, 40, 33, 3) if rgb else (3, 40, 33)
    image = np.random.default_rng(0).uniform(0, 4095, shape).astype(np.float32)
    found = deviation(image, model, "bf16", rgb=rgb, value_range=(0, 4095), device="cpu")
    exact, half = (
        upscale(image[1], model, rgb=rgb, value_range=(0, 4095), device="cpu", precision=precision)
        for precision in ("float32", "bf16")
    )
    assert found == pytest.approx(np.abs(half - exact).max() / 4095)
    assert 0 < found < 0.1


def test_of_a_large_picture_only_the_middle_is_computed(make_model: Callable[..., Model]) -> None:
    read: list[tuple[slice, ...]] = []

    class Large:
        shape, dtype, ndim, size = (10**5, 10**5), np.dtype(np.uint8), 2, 10**10

        def __getitem__(self, key: tuple[slice, ...]) -> np.ndarray[tuple[int, ...], np.dtype]:
            read.append(key)
            return np.full([each.stop - each.start for each in key], 9, np.uint8)

    deviation(Large(), make_model(), "bf16", rgb=False, device="cpu")
    assert read == [(slice(49872, 50128), slice(49872, 50128))]
