"""What a run begins with."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.networks.initial import layers_of
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Noticed, Validated
from napari_fsrcnn.training.first import (
    first_network,
    make_optimizer,
    with_hyperparameters_of_start,
)
from napari_fsrcnn.training.run_folder import read_config
from napari_fsrcnn.training.train import resume, train
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.checkpoint import read_checkpoint, save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model, model_path


@pytest.fixture(scope="module")
def x3(pictures: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("x3") / "x3.safetensors"
    config = TrainingConfig(
        arch="fsrcnn-s", scale=3, steps=5, batch=2, patch=8, device="cpu", out=out, initial="paper"
    )
    list(train(config, pictures=pictures))
    return out


def last_model(config: TrainingConfig, pictures: list[Pair]) -> torch.nn.Module:
    end = list(train(config, pictures=pictures))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    return as_module(end.model.network)


@pytest.mark.parametrize("width", [0, 64])
def test_a_run_starts_from_a_checkpoint_of_another_scale(
    x3: Path, config: TrainingConfig, pictures: list[Pair], width: int
) -> None:
    start = as_module(read_checkpoint(x3).network)
    # Nothing is learnt with so small a rate, so what comes out is what went in.
    still = {"start": x3, "width": width, "lr": 1e-12, "steps": 1}
    model = last_model(config.model_copy(update=still), pictures)
    for name, weight in start.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], weight, rtol=0, atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3])
def test_a_checkpoint_hands_on_the_hyperparameters_that_are_its_own(
    config: TrainingConfig,
    pictures: list[Pair],
    tmp_path: Path,
    scale: int,
) -> None:
    expected = {"padding_mode": "zeros", "prelu": "layer", "deconv_padding": 5}
    start = tmp_path / "start.safetensors"
    network = get_architecture("fsrcnn-s").build(3, **expected)
    card = Card(architecture="fsrcnn-s", hyperparameters=dict(network.hyperparameters), scale=3)
    save_checkpoint(start, Model("start", network, card))
    still = {"start": start, "lr": 1e-12, "scale": scale, "run": tmp_path / "run", "steps": 2}
    list(train(config.model_copy(update=still | {"stop_after": 1}), pictures=pictures))
    end = list(resume(tmp_path / "run", pictures=pictures))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    hyperparameters = end.model.card.hyperparameters
    assert {name: hyperparameters[name] for name in expected} == expected
    if scale == 3:
        lr = torch.rand(1, 1, 9, 8)
        with torch.no_grad():
            torch.testing.assert_close(
                as_module(end.model.network)(lr), as_module(network)(lr), rtol=0, atol=1e-5
            )


def test_what_the_architecture_gives_at_a_scale_is_not_handed_on(x3: Path) -> None:
    config = TrainingConfig(arch="fsrcnn-s", scale=2, start=x3)
    assert read_checkpoint(x3).card.hyperparameters["deconv_padding"] == 3
    network = first_network(with_hyperparameters_of_start(config))
    assert network.hyperparameters["deconv_padding"] == 4


def test_hyperparameters_of_the_configuration_come_first(x3: Path) -> None:
    config = TrainingConfig(
        arch="fsrcnn-s", start=x3, hyperparameters={"padding_mode": "zeros"}, scale=3
    )
    assert with_hyperparameters_of_start(config).hyperparameters == {"padding_mode": "zeros"}


def test_a_run_starts_from_a_shipped_model_by_its_name(
    config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    shipped = load_model("fsrcnn-s-x3")
    still = {"start": Path("fsrcnn-s-x3"), "lr": 1e-12, "steps": 1, "run": tmp_path / "run"}
    end = list(train(config.model_copy(update=still), pictures=pictures))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    training = end.model.card.training
    assert training is not None
    assert (training.config["start"], training.start) == ("fsrcnn-s-x3", shipped.card.training)
    assert end.model.card.origin == "fsrcnn-s-x3"
    assert read_config(tmp_path / "run" / "config.json").start == Path("fsrcnn-s-x3")
    weights = as_module(end.model.network).state_dict()
    for name, weight in as_module(shipped.network).state_dict().items():
        torch.testing.assert_close(weights[name], weight, rtol=0, atol=1e-6)


def test_only_the_deconvolution_is_fine_tuned(
    x3: Path, config: TrainingConfig, pictures: list[Pair]
) -> None:
    start = as_module(read_checkpoint(x3).network).state_dict()
    last = {"start": x3, "learn": "last", "width": 0}
    model = last_model(config.model_copy(update=last), pictures)
    changed = {name for name, weight in model.state_dict().items() if not weight.equal(start[name])}
    assert changed == {"deconvolution.weight", "deconvolution.bias"}


def test_the_best_is_never_worse_than_the_start(
    config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    start = model_path("fsrcnn-s-x2")
    harsh = {"start": start, "lr": 0.02, "steps": 2, "validate_every": 1, "run": tmp_path}
    events = list(train(config.model_copy(update=harsh), pictures=pictures))
    first, *later = (event for event in events if isinstance(event, Validated))
    assert [event.step for event in (first, *later)] == [0, 1, 2]
    assert max(event.psnr for event in later) < first.psnr
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.psnr == first.psnr
    for path in (tmp_path / "model.safetensors", start):
        kept = as_module(read_checkpoint(path).network).state_dict()
        assert end.model is not None
        for name, weight in as_module(end.model.network).state_dict().items():
            assert torch.equal(weight, kept[name])
    (notice,) = (event.text for event in events if isinstance(event, Noticed))
    assert f"better than the start's ({first.psnr:.2f} dB)" in notice
    header, *rows = (line.split(",") for line in (tmp_path / "log.csv").read_text().splitlines())
    assert [row[header.index("step")] for row in rows] == ["0", "1", "2"]
    assert [row[header.index("loss")] == "nan" for row in rows] == [True, False, False]


def test_a_start_that_is_bettered_is_not_spoken_of(
    x3: Path, config: TrainingConfig, pictures: list[Pair]
) -> None:
    events = list(train(config.model_copy(update={"start": x3}), pictures=pictures))
    first, *later = (event.psnr for event in events if isinstance(event, Validated))
    assert max(later) > first
    assert not any(isinstance(event, Noticed) for event in events)


def test_the_card_tells_the_pictures_that_the_checkpoint_had_seen(
    x3: Path, config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    before = read_checkpoint(x3).card.training
    assert before is not None
    others = [replace(pair, name=f"others/{pair.name}") for pair in pictures]
    config = config.model_copy(update={"start": x3, "run": tmp_path / "run", "stop_after": 5})
    list(train(config, pictures=others))
    end = list(resume(tmp_path / "run", pictures=others))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    after = end.model.card.training
    assert after is not None
    assert after.start == before
    assert after.pictures == before.pictures | {pair.name for pair in others}
    with pytest.raises(ValueError, match="trained or chosen on every one"):
        evaluate(end.model, pictures, config.scale, lr="made", device="cpu")


def test_the_card_tells_whose_weights_it_started_from_and_their_terms(
    x3: Path, config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    said = {"origin": "them", "limits": "none", "weights_license": "CC0", "training_terms": "free"}
    start = read_checkpoint(x3)
    card = start.card.model_copy(update=said)
    save_checkpoint(tmp_path / "theirs.safetensors", replace(start, card=card))
    update = {"start": tmp_path / "theirs.safetensors", "run": tmp_path / "run", "stop_after": 1}
    list(train(config.model_copy(update=update), pictures=pictures))
    end = list(resume(tmp_path / "run", pictures=pictures, stop_after=1))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    told = end.model.card.model_dump()
    assert {name: told[name] for name in said} == said


def test_a_transferred_run_is_resumed_without_its_checkpoint(
    x3: Path, config: TrainingConfig, pictures: list[Pair], tmp_path: Path
) -> None:
    start = tmp_path / "start.safetensors"
    start.write_bytes(x3.read_bytes())
    config = config.model_copy(update={"start": start})
    whole = last_model(config, pictures)
    list(
        train(
            config.model_copy(update={"run": tmp_path / "run", "stop_after": 5}), pictures=pictures
        )
    )
    start.unlink()
    end = list(resume(tmp_path / "run", pictures=pictures))[-1]
    assert isinstance(end, Finished)
    assert end.model is not None
    for name, weight in as_module(end.model.network).state_dict().items():
        assert torch.equal(weight, whole.state_dict()[name])


def test_a_checkpoint_of_another_architecture_is_refused(x3: Path, config: TrainingConfig) -> None:
    config = config.model_copy(update={"arch": "fsrcnn", "start": x3})
    with pytest.raises(ValueError, match="same architecture"):
        with_hyperparameters_of_start(config)


def test_weights_that_do_not_fit_are_refused(x3: Path, config: TrainingConfig) -> None:
    config = config.model_copy(update={"hyperparameters": {"d": 24}, "start": x3})
    with pytest.raises(ValueError, match="same hyper-parameters"):
        first_network(config)


def test_a_missing_checkpoint_is_refused(config: TrainingConfig, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        first_network(config.model_copy(update={"start": tmp_path / "nothing.safetensors"}))


@pytest.mark.parametrize("arch", ["srcnn-915", "fsrcnn"])
def test_the_papers_first_weights_are_taken_if_that_is_asked_for(arch: str) -> None:
    """SRCNN and the deconvolution: N(0, 0.001). Before PReLU of slope 0.25: He et al."""
    torch.manual_seed(0)
    layers = layers_of(as_module(first_network(TrainingConfig(arch=arch, initial="paper"))))
    for layer in layers:
        weight = layer.weight.detach()
        he = (2 / (1 + 0.25**2) / weight[0].numel()) ** 0.5
        published = he if arch == "fsrcnn" and layer is not layers[-1] else 0.001
        assert float(weight.std()) == pytest.approx(published, rel=0.2)
        assert abs(float(weight.mean())) < 0.2 * published


def test_the_last_layer_has_a_learning_rate_of_its_own(config: TrainingConfig) -> None:
    config = config.model_copy(update={"last_lr": 0.1, "optimizer": "sgd"})
    network = as_module(first_network(config))
    groups = make_optimizer(config, network).param_groups
    rates = {id(weight): group["part"] for group in groups for weight in group["params"]}
    last = set(map(id, layers_of(network)[-1].parameters()))
    assert {rates[key] for key in last} == {0.1}
    assert {rate for key, rate in rates.items() if key not in last} == {1.0}
    assert len(rates) == len(list(network.parameters()))
    assert groups[0]["momentum"] == 0.9


class Filter(torch.nn.Module):
    """A network without a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = torch.nn.Parameter(torch.zeros(4, 1, 3, 3))


@pytest.mark.parametrize(
    ("network", "last"),
    [
        (torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ConvTranspose2d(2, 1, 4)), {"1"}),
        (Filter(), {"kernel"}),
    ],
)
@pytest.mark.parametrize("learn", ["all", "last"])
def test_the_last_layer_of_a_network_of_another_package(
    config: TrainingConfig, network: torch.nn.Module, last: set[str], learn: str
) -> None:
    changes = {"last_lr": 0.1, "learn": learn}
    groups = make_optimizer(config.model_copy(update=changes), network).param_groups
    slow = {id(weight) for group in groups for weight in group["params"] if group["part"] == 0.1}
    names = {name.split(".")[0] for name, each in network.named_parameters() if id(each) in slow}
    assert names == last
