"""yjn870's weights: layer names, conventions, known figures, and no code that is run."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.convert import import_weights
from napari_fsrcnn.weights.yjn870 import read_yjn870

DataFolder = Callable[[str], Path]


class PeerFSRCNN(nn.Module):
    """FSRCNN as yjn870's FSRCNN-pytorch arranges it."""

    def __init__(self, scale: int, d: int, s: int, m: int) -> None:
        super().__init__()
        self.first_part = nn.Sequential(nn.Conv2d(1, d, 5, padding=2), nn.PReLU(d))
        middle: list[nn.Module] = [nn.Conv2d(d, s, 1), nn.PReLU(s)]
        for _ in range(m):
            middle += [nn.Conv2d(s, s, 3, padding=1), nn.PReLU(s)]
        self.mid_part = nn.Sequential(*middle, nn.Conv2d(s, d, 1), nn.PReLU(d))
        self.last_part = nn.ConvTranspose2d(
            d, 1, 9, stride=scale, padding=4, output_padding=scale - 1
        )

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        enlarged: torch.Tensor = self.last_part(self.mid_part(self.first_part(lr)))
        return enlarged


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(("scale", "d", "s", "m"), [(2, 56, 12, 4), (3, 32, 5, 1), (4, 7, 3, 2)])
def test_a_peer_s_network_comes_back(
    tmp_path: Path, scale: int, d: int, s: int, m: int, legacy: bool
) -> None:
    peer = PeerFSRCNN(scale, d, s, m)
    path = tmp_path / f"fsrcnn_x{scale}.pth"
    torch.save(peer.state_dict(), path, _use_new_zipfile_serialization=not legacy)
    model = import_weights(path)
    assert (model.scale, model.card.architecture) == (scale, "fsrcnn")
    assert model.card.hyperparameters["deconv_padding"] == 4
    lr = torch.rand(1, 1, 6, 7)
    torch.testing.assert_close(as_module(model.network)(lr), peer(lr))


@pytest.mark.parametrize(("scale", "decibels"), [(2, 37.110), (3, 32.585), (4, 30.502)])
def test_the_figures_on_set5(data_folder: DataFolder, scale: int, decibels: float) -> None:
    model = import_weights(data_folder("peers/yjn870-pth") / f"fsrcnn_x{scale}.pth")
    assert model.card.origin == f"yjn870's FSRCNN-pytorch, fsrcnn_x{scale}.pth"
    found = evaluate(model, data_folder("Set5"), scale, device="cpu").psnr
    assert found == pytest.approx(decibels, abs=0.02)


class RunsCode:
    """Unpickled in the ordinary way, it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("beside_weights", [False, True])
def test_code_in_a_file_is_refused_and_not_run(
    tmp_path: Path, legacy: bool, beside_weights: bool
) -> None:
    marker = tmp_path / "the code was run"
    content: dict[str, Any] = dict(PeerFSRCNN(2, 3, 2, 1).state_dict()) if beside_weights else {}
    content["first_part.9.weight"] = RunsCode(marker)
    path = tmp_path / "evil_x2.pth"
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(ValueError, match="is not a state dict of yjn870"):
        import_weights(path)
    assert not marker.exists()
    torch.load(path, weights_only=False)
    assert marker.exists()


@pytest.mark.parametrize(
    "state",
    [
        {},
        [],
        5,
        torch.ones(3),
        PeerFSRCNN(2, 3, 2, 1),
        {"model": PeerFSRCNN(2, 3, 2, 1).state_dict()},
        nn.Conv2d(1, 1, 3).state_dict(),
        {"first_part.0.weight": 5, "mid_part.0.weight": 5},
        {"first_part.0.weight": torch.tensor(5.0), "mid_part.0.weight": torch.tensor(5.0)},
        {"first_part.zero.weight": torch.ones(1)},
        {5: torch.ones(1)},
    ],
    ids=range(11),
)
def test_other_pth_files_are_refused(tmp_path: Path, state: object) -> None:
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth is not a state dict of yjn870's FSRCNN"):
        read_yjn870(tmp_path / "other.pth", 2)


def test_weights_without_a_layer_are_refused(tmp_path: Path) -> None:
    state = OrderedDict(PeerFSRCNN(2, 3, 2, 1).state_dict())
    del state["mid_part.2.bias"]
    torch.save(state, tmp_path / "a_x2.pth")
    with pytest.raises(ValueError, match="weights do not fit the architecture fsrcnn"):
        import_weights(tmp_path / "a_x2.pth")


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pth") / "sound.pth"
    torch.save(PeerFSRCNN(2, 3, 2, 1).state_dict(), path)
    return path


# What torch says of a class that damage has made of another one.
@pytest.mark.filterwarnings("ignore:Defining your `__torch_function__`")
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@settings(max_examples=100)
@example(changes=[(225, 0)], cut=None)  # a layer of no maps
@given(
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=3),
    cut=st.none() | st.integers(0, 10**6),
)
def test_damaged_files_are_read_or_refused_by_a_sentence(
    small_file: Path, changes: list[tuple[int, int]], cut: int | None
) -> None:
    content = bytearray(small_file.read_bytes())
    for position, value in changes:
        content[position % len(content)] = value
    damaged = small_file.with_name("damaged_x2.pth")
    damaged.write_bytes(content[: None if cut is None else cut % len(content)])
    sentence = ""
    try:
        import_weights(damaged)
    except ValueError as error:
        sentence = str(error)
    refused = "not a state dict of yjn870" in sentence or "do not fit the architecture" in sentence
    assert refused or not sentence
    assert "\n" not in sentence
