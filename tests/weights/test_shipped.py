"""Models by name or by file, and what is said when there is none."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import napari_fsrcnn
from napari_fsrcnn.networks.cost import count_weights
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import list_models, load_model, model_path

MakeModel = Callable[..., Model]


def test_the_public_names() -> None:
    assert napari_fsrcnn.list_models is list_models
    assert napari_fsrcnn.load_model is load_model


def test_fsrcnn_is_shipped_for_every_scale() -> None:
    assert {"fsrcnn-x2", "fsrcnn-x3", "fsrcnn-x4"} <= set(list_models())


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_first_model_of_a_scale_is_fsrcnn(scale: int) -> None:
    assert list_models(scale)[0] == f"fsrcnn-x{scale}"
    assert set(list_models(scale)) == {m for m in list_models() if m.endswith(f"-x{scale}")}


@pytest.mark.parametrize("name", list_models())
def test_what_is_shipped_is_whole(name: str) -> None:
    model = load_model(name)
    assert model.name == name
    assert name == f"{model.card.architecture}-x{model.scale}"
    assert load_model(model_path(name)).sha256 == model.sha256
    assert load_model(model.card.architecture, model.scale).name == name
    assert load_model(name, model.scale).name == name


@pytest.mark.parametrize("name", list_models())
def test_what_is_shipped_has_as_many_weights_as_the_published_network(name: str) -> None:
    published = {"fsrcnn": 12464, "fsrcnn-s": 3937, "srcnn-915": 8032, "srcnn-955": 57184}
    model = load_model(name)
    assert count_weights(model.network) == published[model.card.architecture]


@pytest.mark.parametrize("name", list_models())
def test_what_is_shipped_is_hardly_larger_than_its_weights(name: str) -> None:
    weights = 4 * count_weights(load_model(name).network)
    assert model_path(name).stat().st_size < weights + 24_000


@pytest.mark.parametrize("value", [0, 0.01, 0.25, 0.5, 0.75, 1])
@pytest.mark.parametrize("name", list_models())
def test_what_is_shipped_keeps_a_constant_from_black_to_white(name: str, value: float) -> None:
    model = load_model(name)
    flat = as_module(model.network)(torch.full((1, 1, 24, 24), float(value)))[0, 0]
    border = 2 * model.scale
    # In levels of 255, away from the border.
    error = (flat[border:-border, border:-border] - value).abs().max() * 255
    assert error < 1.5


@pytest.mark.parametrize("name", list_models())
def test_what_is_shipped_tells_how_it_was_made(name: str) -> None:
    card = load_model(name).card
    assert card.training is not None
    assert card.validation is not None
    assert card.validation.psnr > card.validation.bicubic_psnr
    assert not {"bsd100", "Set5", "Set14"} & set(card.training.data)
    # No folder of the machine that trained it: no string begins with a slash.
    assert '"/' not in card.model_dump_json()


def test_a_file_of_one_s_own(tmp_path: Path, make_model: MakeModel) -> None:
    save_checkpoint(tmp_path / "mine.safetensors", make_model(scale=4))
    for path in (tmp_path / "mine.safetensors", str(tmp_path / "mine.safetensors")):
        assert load_model(path).name == "mine"
        assert load_model(path, 4).scale == 4


def test_a_file_beside_which_one_works(
    tmp_path: Path, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path / "mine.safetensors", make_model())
    monkeypatch.chdir(tmp_path)
    assert load_model("mine.safetensors").name == "mine"
    (tmp_path / "folder").mkdir()
    shutil.copy("mine.safetensors", "folder/without_suffix")
    assert load_model("folder/without_suffix").name == "without_suffix"


def test_peers_weights(data_folder: Callable[[str], Path], tmp_path: Path) -> None:
    file = data_folder("peers/authors-mat") / "FSRCNN-s_x3.mat"
    assert load_model(file).card.architecture == "fsrcnn-s"
    renamed = shutil.copy(file, tmp_path / "weights.mat")
    assert load_model(renamed, 3).scale == 3
    with pytest.raises(ValueError, match="does not say its scale"):
        load_model(renamed)
    with pytest.raises(ValueError, match="for x3 by its name, not for x2"):
        load_model(file, 2)


@pytest.mark.parametrize("name", ["edsr-x2", "", "fsrcnn-x9", "FSRCNN-X2"])
def test_an_unknown_name_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=f"There is no model '{name}'.*fsrcnn-x2, fsrcnn-x3"):
        load_model(name)


def test_a_name_without_its_scale_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="fsrcnn is shipped as fsrcnn-x2, fsrcnn-x3, fsrcnn-x4: "):
        load_model("fsrcnn")


def test_another_scale_is_refused(tmp_path: Path, make_model: MakeModel) -> None:
    path = tmp_path / "mine.safetensors"
    save_checkpoint(path, make_model(scale=2))
    with pytest.raises(ValueError, match=r"mine enlarges by 2, not by 3\. Choose a model for x3"):
        load_model(path, 3)
    with pytest.raises(ValueError, match="fsrcnn-x3 enlarges by 3, not by 2"):
        load_model("fsrcnn-x3", 2)


@pytest.mark.parametrize("name", ["a.safetensors", "folder/a", "a.mat", "a.pth"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError, match="There is no file"):
        load_model(tmp_path / name)


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(ValueError, match=r"a\.png is not a checkpoint of napari-fsrcnn"):
        load_model(tmp_path / "a.png")


def test_a_model_is_frozen(make_model: MakeModel) -> None:
    with pytest.raises(AttributeError):
        make_model().name = "other"  # type: ignore[misc]
