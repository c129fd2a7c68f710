"""Import of weights from other projects: which file it is, and for which scale."""

import shutil
from pathlib import Path

import pytest
import torch

from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.checkpoint import read_checkpoint, save_checkpoint
from napari_fsrcnn.weights.convert import import_weights


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Weights in yjn870's layout under a name that says nothing."""
    names = {"features.0": "first_part.0", "features.1": "first_part.1"}
    names |= {f"features.{n}": f"mid_part.{n - 2}" for n in range(2, 8)}
    names["deconvolution"] = "last_part"
    network = get_architecture("fsrcnn").build(3, d=3, s=2, m=1)
    state = {}
    for name, tensor in as_module(network).state_dict().items():
        layer, _, kind = name.rpartition(".")
        state[f"{names[layer]}.{kind}"] = tensor
    torch.save(state, tmp_path / "weights.pth")
    return tmp_path / "weights.pth"


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("fsrcnn_x2.pth", 2),
        ("FSRCNN-X3.PTH", 3),
        ("91x4.pth", 4),
        ("x8_best.pth", 8),
        ("x2_and_x2.pth", 2),
        ("x2_of_64x64.pth", 2),
    ],
)
def test_the_scale_is_taken_from_the_name(weights: Path, name: str, scale: int) -> None:
    path = weights.rename(weights.with_name(name))
    assert import_weights(path).scale == scale
    assert import_weights(path, scale).scale == scale


@pytest.mark.parametrize(
    "name", ["weights.pth", "x1.pth", "x9.pth", "x10.pth", "64x64.pth", "x2_x3.pth"]
)
def test_a_name_without_a_scale_asks_for_it(weights: Path, name: str) -> None:
    path = weights.rename(weights.with_name(name))
    with pytest.raises(ValueError, match=f"^{name} does not say its scale.*--scale 3"):
        import_weights(path)
    assert import_weights(path, 3).scale == 3


def test_a_scale_that_contradicts_the_name_is_refused(weights: Path) -> None:
    path = weights.rename(weights.with_name("fsrcnn_x2.pth"))
    with pytest.raises(ValueError, match=r"is for x2 by its name, not for x3\. Rename the file"):
        import_weights(path, 3)


@pytest.mark.parametrize("scale", [0, 1, 9])
def test_a_scale_that_no_network_has_is_refused(weights: Path, scale: int) -> None:
    with pytest.raises(ValueError, match=f"scale must be a whole number from 2 to 8, not {scale}"):
        import_weights(weights, scale)


def test_the_expected_architecture(weights: Path) -> None:
    assert import_weights(weights, 3, "fsrcnn").card.architecture == "fsrcnn"
    with pytest.raises(ValueError, match="holds the architecture fsrcnn, not srcnn-915"):
        import_weights(weights, 3, "srcnn-915")


@pytest.mark.parametrize("name", ["weights.pb", "weights.safetensors", "weights", "weights.txt"])
def test_other_kinds_of_file_are_refused(weights: Path, name: str) -> None:
    shutil.copy(weights, weights.with_name(name))
    with pytest.raises(ValueError, match=r"can be imported from \.mat and \.pth files only"):
        import_weights(weights.with_name(name), 3)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no file .*a_x2\.mat"):
        import_weights(tmp_path / "a_x2.mat")
    (tmp_path / "folder_x2.mat").mkdir()
    with pytest.raises(FileNotFoundError, match="There is no file"):
        import_weights(tmp_path / "folder_x2.mat")


def test_what_is_imported_becomes_a_checkpoint(weights: Path) -> None:
    imported = import_weights(weights, 3)
    assert imported.sha256 == ""
    saved = weights.with_name("mine.safetensors")
    save_checkpoint(saved, imported)
    loaded = read_checkpoint(saved)
    assert loaded.card == imported.card
    lr = torch.rand(1, 1, 4, 4)
    torch.testing.assert_close(
        as_module(loaded.network)(lr), as_module(imported.network)(lr), rtol=0, atol=0
    )
