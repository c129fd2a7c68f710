"""Weights and multiply-adds as the papers count them."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn

from napari_fsrcnn.networks.cost import count_weights, multiply_adds
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import get_architecture

PUBLISHED = {"fsrcnn": 12464, "fsrcnn-s": 3937, "srcnn-915": 8032, "srcnn-955": 57184}


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize(("name", "weights"), PUBLISHED.items())
def test_the_published_counts(name: str, weights: int, scale: int) -> None:
    network = get_architecture(name).build(scale)
    assert count_weights(network) == weights
    # FSRCNN works on LR pixels, SRCNN on HR pixels.
    pixels = scale**2 if name.startswith("srcnn") else 1
    assert multiply_adds(network) == weights * pixels


def test_counting_leaves_the_network_as_it_was() -> None:
    network = get_architecture("fsrcnn-s").build(2)
    multiply_adds(network)
    assert not any(layer._forward_hooks for layer in as_module(network).modules())


def test_any_other_network_of_convolutions() -> None:
    class Grouped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale, self.halo = 2, 1
            self.hyperparameters: Mapping[str, Any] = {}
            self.wide = nn.Conv2d(1, 8, 3, padding=1)
            self.grouped = nn.Conv2d(8, 4, 3, padding=1, groups=4)

        def forward(self, lr: torch.Tensor) -> torch.Tensor:
            return nn.functional.pixel_shuffle(self.grouped(self.wide(lr)), 2)

    assert count_weights(Grouped()) == multiply_adds(Grouped()) == 9 * 8 + 9 * 2 * 4
