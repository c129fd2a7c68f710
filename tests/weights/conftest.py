"""A small model that is quick to build, to save and to run."""

from collections.abc import Callable
from typing import Any

import pytest

from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.model import Model

MakeModel = Callable[..., Model]


@pytest.fixture(scope="session")
def make_model() -> MakeModel:
    """Return a function that makes a model of random weights."""

    def make(scale: int = 2, architecture: str = "fsrcnn", **hyperparameters: Any) -> Model:
        if architecture == "fsrcnn":
            hyperparameters = {"d": 3, "s": 2, "m": 1, **hyperparameters}
        network = get_architecture(architecture).build(scale, **hyperparameters)
        card = Card(
            architecture=architecture, hyperparameters=dict(network.hyperparameters), scale=scale
        )
        return Model("small", network, card)

    return make
