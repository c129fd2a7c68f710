import pytest

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Validated
from napari_fsrcnn.training.presets import PRESETS, apply_preset
from napari_fsrcnn.training.train import train


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


@pytest.mark.parametrize(
    ("name", "published", "side", "divisor"),
    [("paper-srcnn", 1e-4, 21, 1), ("paper-fsrcnn", 1e-3, 19, 6)],
)
def test_the_papers_rates_are_those_of_caffes_loss(
    name: str, published: float, side: int, divisor: int
) -> None:
    """Half of the sum over a patch's pixels; FSRCNN's would diverge, so a sixth is taken."""
    config = apply_preset(name, {})
    assert config.lr == pytest.approx(published * side**2 / 2 / divisor, rel=0.01)
    assert config.last_lr == 0.1


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_learns(name: str, pictures: list[Pair]) -> None:
    short = {"scale": 2, "steps": 40, "batch": 8, "patch": 12, "validate_every": 10}
    events = list(train(apply_preset(name, short | {"device": "cpu"}), pictures=pictures))
    psnr = [event.psnr for event in events if isinstance(event, Validated)]
    assert psnr[-1] > psnr[0] + 0.3
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "done"
