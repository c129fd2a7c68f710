"""Colour tile by tile: the network on the whole Y, and bicubic on the whole Cb and Cr."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage.color import ycbcr2rgb
from torch import Tensor, nn

from napari_fsrcnn.image.colour import rgb2ycbcr
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.prepared import CPU, prepare
from napari_fsrcnn.inference.restore import Restorer
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.networks.registry import get_architecture


class Repeat(nn.Module):
    """A network of somebody else's, which needs no pixels beside its own."""

    halo = 0
    hyperparameters: Mapping[str, Any] = {}

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, lr: Tensor) -> Tensor:
        return lr.repeat_interleave(self.scale, 2).repeat_interleave(self.scale, 3)


def network(name: str, scale: int) -> Network:
    if name == "repeat":
        return Repeat(scale)
    torch.manual_seed(0)
    made = get_architecture(name).build(scale)
    as_module(made).eval().requires_grad_(False)
    return made


def by_definition(picture: NDArray[np.float32], upscaled_by: Network) -> NDArray[np.float32]:
    ycbcr = rgb2ycbcr(picture)
    y = as_module(upscaled_by)(torch.from_numpy(ycbcr[..., 0].copy())[None, None])[0, 0].numpy()
    chroma = imresize(np.moveaxis(ycbcr[..., 1:], -1, 0), upscaled_by.scale)
    rgb: NDArray[np.float32] = ycbcr2rgb(255 * np.stack([y, *chroma], -1))
    return rgb


@pytest.mark.parametrize("name", ["repeat", "fsrcnn-s", "srcnn-915"])
@settings(max_examples=15)
@given(
    scale=st.sampled_from([2, 3, 4]),
    shape=st.tuples(st.integers(1, 33), st.integers(1, 33)),
    tile=st.tuples(st.integers(4, 20), st.integers(4, 20)),
)
def test_tiles_of_colour_are_parts_of_the_whole(
    name: str, scale: int, shape: tuple[int, int], tile: tuple[int, int]
) -> None:
    made = network(name, scale)
    picture = np.random.default_rng(0).random((*shape, 3), np.float32)
    found = Restorer(prepare(made, CPU), ValueRange(0, 1), tile=tile)(picture)
    np.testing.assert_allclose(found, by_definition(picture, made), rtol=0, atol=2e-5)


@pytest.mark.usefixtures("little_memory")
def test_colour_goes_on_where_memory_runs_out() -> None:
    made, notices = network("fsrcnn-s", 2), list[str]()
    picture = np.random.default_rng(0).random((40, 50, 3), np.float32)
    ready = prepare(made, CPU)
    found = Restorer(ready, ValueRange(0, 1), tile=(40, 50), notice=notices.append)(picture)
    np.testing.assert_allclose(found, by_definition(picture, made), rtol=0, atol=2e-5)
    assert len(notices) == 1
