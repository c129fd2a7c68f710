"""Checkpoints there and back, and what becomes of files that are none."""

import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.card import Card, TrainingRecord, Validation
from napari_fsrcnn.weights.checkpoint import (
    CARD_KEY,
    build_network,
    read_card,
    read_checkpoint,
    save_checkpoint,
)
from napari_fsrcnn.weights.model import Model

RECORD = TrainingRecord(
    data=["T91"],
    train=["T91/t1", "T91/ä"],
    validation=["T91/t2"],
    config={"steps": 5, "lr": 1e-3},
    step=5,
    seconds=1.5,
    versions={"torch": "2"},
    date="2026-01-31",
)
VALIDATION = Validation(pictures=1, step=5, psnr=31.5, bicubic_psnr=30.25)


def sound_file(path: Path, model: Model) -> bytes:
    save_checkpoint(path, model)
    return path.read_bytes()


@settings(max_examples=40)
@given(
    scale=st.integers(2, 8),
    hyperparameters=st.fixed_dictionaries(
        {"d": st.integers(1, 4), "s": st.integers(1, 3), "m": st.integers(0, 2)},
        optional={
            "padding_mode": st.sampled_from(["replicate", "zeros"]),
            "deconv_padding": st.integers(0, 8),
            "prelu": st.sampled_from(["channel", "layer"]),
        },
    ),
)
def test_fsrcnn_there_and_back(
    tmp_path_factory: pytest.TempPathFactory,
    make_model: Any,
    scale: int,
    hyperparameters: dict[str, Any],
) -> None:
    path = tmp_path_factory.mktemp("model") / "mine.safetensors"
    check_there_and_back(path, make_model(scale, **hyperparameters))


@pytest.mark.parametrize("padding_mode", ["replicate", "zeros"])
@pytest.mark.parametrize("name", ["srcnn-915", "srcnn-935", "srcnn-955", "fsrcnn-s"])
def test_the_other_architectures_there_and_back(
    tmp_path: Path, make_model: Any, name: str, padding_mode: str
) -> None:
    model = make_model(3, name, padding_mode=padding_mode)
    check_there_and_back(tmp_path / "mine.safetensors", model)


def check_there_and_back(path: Path, model: Model) -> None:
    saved = save_checkpoint(path, model)
    loaded = read_checkpoint(path)
    assert saved.network is model.network
    assert saved.name == loaded.name == "mine"
    assert saved.sha256 == loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.card == read_card(path) == model.card
    assert (loaded.scale, loaded.halo) == (model.scale, model.halo)
    module = as_module(loaded.network)
    assert not module.training
    assert not any(parameter.requires_grad for parameter in module.parameters())
    lr = torch.rand(1, 1, 5, 4)
    torch.testing.assert_close(module(lr), as_module(model.network)(lr), rtol=0, atol=0)


def test_the_record_of_the_training_is_kept(tmp_path: Path, make_model: Any) -> None:
    model = make_model()
    card = model.card.model_copy(update={"training": RECORD, "validation": VALIDATION})
    save_checkpoint(tmp_path / "a.safetensors", Model("a", model.network, card))
    assert read_checkpoint(tmp_path / "a.safetensors").card == card


def test_it_is_a_safetensors_file_with_the_card_as_json(tmp_path: Path, make_model: Any) -> None:
    path = tmp_path / "a.safetensors"
    model = make_model(scale=4)
    save_checkpoint(path, model)
    with safetensors.safe_open(path, "pt") as file:
        assert set(file.keys()) == set(as_module(model.network).state_dict())
        assert json.loads(file.metadata()[CARD_KEY])["scale"] == 4


def test_weights_laid_out_for_speed_are_saved_as_they_are_meant(
    tmp_path: Path, make_model: Any
) -> None:
    model = make_model()
    before = as_module(model.network)(torch.ones(1, 1, 3, 3))
    as_module(model.network).to(memory_format=torch.channels_last)
    save_checkpoint(tmp_path / "a.safetensors", model)
    again = read_checkpoint(tmp_path / "a.safetensors").network
    torch.testing.assert_close(as_module(again)(torch.ones(1, 1, 3, 3)), before)


def test_layers_that_share_their_weights_are_saved(tmp_path: Path, make_model: Any) -> None:
    model = make_model(m=2)
    features = model.network.features
    features[6] = features[4]
    save_checkpoint(tmp_path / "a.safetensors", model)
    read = as_module(read_checkpoint(tmp_path / "a.safetensors").network).state_dict()
    for name, weight in as_module(model.network).state_dict().items():
        assert torch.equal(read[name], weight)


def test_a_card_is_read_without_torch(tmp_path: Path, make_model: Any) -> None:
    save_checkpoint(tmp_path / "a.safetensors", make_model(scale=3))
    code = (
        "import sys\n"
        "from napari_fsrcnn.weights.checkpoint import read_card\n"
        "print(read_card(sys.argv[1]).scale, 'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.safetensors")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "False"]


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let the system refuse to write more, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_old_file_stays_whole_when_writing_fails(tmp_path: Path, make_model: Any) -> None:
    path = tmp_path / "a.safetensors"
    before = sound_file(path, make_model(scale=2))
    with no_file_above(1000), pytest.raises(OSError, match="File too large"):
        save_checkpoint(path, make_model(scale=3))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert save_checkpoint(path, make_model(scale=3)).scale == read_card(path).scale == 3


def test_where_nothing_can_be_written(tmp_path: Path, make_model: Any) -> None:
    with pytest.raises(FileNotFoundError, match="does not exist"):
        save_checkpoint(tmp_path / "nowhere" / "a.safetensors", make_model())
    with pytest.raises(OSError, match="is a folder"):
        save_checkpoint(tmp_path, make_model())


@pytest.mark.parametrize("read", [read_checkpoint, read_card])
def test_no_file_and_a_folder(tmp_path: Path, read: Any) -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no file .*a\.safetensors"):
        read(tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="is a folder, not a checkpoint file"):
        read(tmp_path)


def test_weights_that_do_not_fit(make_model: Any) -> None:
    model, larger = make_model(), make_model(d=4)
    with pytest.raises(ValueError, match="weights do not fit the architecture fsrcnn"):
        build_network(model.card, as_module(larger.network).state_dict())
    card = Card(architecture="edsr", hyperparameters={}, scale=2)
    with pytest.raises(ValueError, match="no architecture 'edsr'"):
        build_network(card, {})
