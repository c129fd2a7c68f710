"""A model for tests that run any."""

from collections.abc import Callable

import pytest

from napari_fsrcnn.weights.model import Model


@pytest.fixture(scope="session")
def model(make_model: Callable[..., Model]) -> Model:
    return make_model()
