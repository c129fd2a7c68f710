"""Models trained in this session: what one widget adds, another is told of and offers."""

from collections.abc import Iterator

import pytest

from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets import session_models
from napari_fsrcnn.widgets.model_choices import session_choices
from napari_fsrcnn.widgets.session_models import add_model, models_changed


def model(scale: int) -> Model:
    network = get_architecture("fsrcnn-s").build(scale)
    card = Card(architecture="fsrcnn-s", hyperparameters=dict(network.hyperparameters), scale=scale)
    return Model("mine", network, card)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A new session: how many models there were at each signal."""
    monkeypatch.setattr(session_models, "_models", [])
    counts: list[int] = []

    def note() -> None:
        counts.append(len(session_models.session_models()))

    models_changed.connect(note)
    yield counts
    models_changed.disconnect(note)


def test_the_latest_comes_first_and_equal_names_are_told_apart(told: list[int]) -> None:
    first, second = add_model(model(2)), add_model(model(3))
    assert session_models.session_models() == [second, first]
    assert [first.name, second.name] == ["mine", "mine (2)"]
    assert told == [1, 2]


@pytest.mark.usefixtures("told")
def test_they_are_offered_by_their_scale() -> None:
    added = add_model(model(4))
    (choice,) = session_choices()
    assert (choice.label, choice.scale, choice.model) == ("mine (just trained)", 4, added)
