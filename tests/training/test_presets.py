import pytest

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.presets import PRESETS, apply_preset


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_is_a_configuration(name: str) -> None:
    config = apply_preset(name, {"data": ["T91"], "scale": 3})
    for field, value in PRESETS[name].values.items():
        assert getattr(config, field) == value


def test_what_is_given_beside_a_preset_comes_first() -> None:
    config = apply_preset("paper-fsrcnn", {"lr": 0.5, "scale": 2})
    assert config.lr == 0.5
    assert config.optimizer == "sgd"


def test_fast_is_what_is_trained_without_a_preset() -> None:
    assert apply_preset("fast", {}) == TrainingConfig()


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match="there are fast, fast-srcnn, paper-srcnn, paper-fsrcnn"):
        apply_preset("slow", {})
