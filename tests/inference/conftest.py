"""Small models with weights that make every pixel of their halo count."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.model import Model

MakeModel = Callable[..., Model]


@pytest.fixture(scope="session")
def make_model() -> MakeModel:
    """Return a function that makes a model of random weights, the same ones every time."""

    def make(scale: int = 2, architecture: str = "fsrcnn", **hyperparameters: Any) -> Model:
        if architecture == "fsrcnn":
            hyperparameters = {"d": 3, "s": 2, "m": 1, **hyperparameters}
        network = get_architecture(architecture).build(scale, **hyperparameters)
        generator = torch.Generator().manual_seed(scale)
        for parameter in as_module(network).requires_grad_(False).parameters():
            # Each layer about keeps the size of what it is given.
            spread = parameter[0].numel() ** -0.5 if parameter.ndim == 4 else 0.1
            parameter.normal_(0, spread, generator=generator)
        card = Card(
            architecture=architecture, hyperparameters=dict(network.hyperparameters), scale=scale
        )
        return Model("random", network, card)

    return make


@pytest.fixture(scope="session")
def model(make_model: MakeModel) -> Model:
    return make_model()
