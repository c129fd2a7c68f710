import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor

from napari_fsrcnn.training.vgg import Vgg, layer_names
from napari_fsrcnn.training.vgg_weights import CAFFE, TORCHVISION, read_vgg

LOSS = """
from napari_fsrcnn.training.perceptual import perceptual_loss
for attempt in range(2):
    try:
        print(sorted(perceptual_loss("vgg16", "relu1_1", None, "cpu").state_dict()))
    except (ValueError, OSError) as error:
        print(type(error).__name__, error)
"""

OTHER_LOSS = """
import numpy as np
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.train import train
noise = np.random.default_rng(0).integers(0, 256, (2, 48, 48), np.uint8)
pictures = [Pair(f"noise/{number}", hr, None, rgb=False) for number, hr in enumerate(noise)]
config = TrainingConfig(arch="fsrcnn-s", steps=2, batch=2, patch=8, loss="l1", device="cpu")
print("steps:", list(train(config, pictures=pictures))[-1].step)
"""


@pytest.fixture
def state() -> dict[str, Tensor]:
    """The first convolution, named as in torchvision, and something of the classifier."""
    torch.manual_seed(0)
    return {
        "features.0.weight": torch.rand(64, 3, 3, 3),
        "features.0.bias": torch.rand(64),
        "classifier.0.bias": torch.rand(8),
    }


def save(state: dict[str, Tensor], path: Path) -> None:
    if path.suffix == ".npz":
        with path.open("wb") as stream:
            np.savez(stream, **{name: tensor.numpy() for name, tensor in state.items()})  # type: ignore[arg-type]
    elif path.suffix == ".safetensors":
        safetensors.torch.save_file(state, path)
    else:
        torch.save(state, path)


def run(script: str, **environment: str) -> list[str]:
    """Run a script in a Python of its own, and return the lines that it prints."""
    return subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout.splitlines()


@pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".pth"])
def test_each_kind_of_file_is_read(state: dict[str, Tensor], tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"vgg{suffix}"
    save(state, path)

    weights = read_vgg(path, "vgg16")

    assert weights.convention == TORCHVISION
    assert set(weights.tensors) == {"conv1_1.weight", "conv1_1.bias"}
    assert torch.equal(weights.tensors["conv1_1.weight"], state["features.0.weight"])


def test_names_tell_caffes_convention(state: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "vgg.safetensors"
    named = {name.replace("features.0", "conv1_1"): value for name, value in state.items()}
    safetensors.torch.save_file(named, path)
    weights = read_vgg(path, "vgg19")
    assert weights.convention == CAFFE
    assert torch.equal(weights.tensors["conv1_1.bias"], state["features.0.bias"])


def test_other_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "resnet.safetensors"
    safetensors.torch.save_file({"layer1.0.conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match=r"resnet\.safetensors holds no VGG weights"):
        read_vgg(path, "vgg16")


@pytest.mark.parametrize("convention", ["torchvision", "caffe"])
@pytest.mark.parametrize(("vgg", "other"), [("vgg16", "vgg19"), ("vgg19", "vgg16")])
def test_weights_of_the_other_depth_are_refused(
    tmp_path: Path, vgg: Vgg, other: Vgg, convention: str
) -> None:
    layers = enumerate(layer_names(vgg))
    named = [(f"features.{number}", name) for number, name in layers if name.startswith("conv")]
    state = {
        f"{ours if convention == 'torchvision' else theirs}.weight": torch.zeros(1)
        for ours, theirs in named
    }
    safetensors.torch.save_file(state, tmp_path / "vgg.safetensors")
    assert len(read_vgg(tmp_path / "vgg.safetensors", vgg).tensors) == len(named)
    with pytest.raises(ValueError, match=rf"not hold the layers of VGG-{other[3:]} from the first"):
        read_vgg(tmp_path / "vgg.safetensors", other)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file of VGG weights .*none\.npz"):
        read_vgg(tmp_path / "none.npz", "vgg16")


@pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".pth"])
@pytest.mark.parametrize("part", [0.0, 0.5])
def test_damaged_file_is_refused(
    state: dict[str, Tensor], tmp_path: Path, suffix: str, part: float
) -> None:
    path = tmp_path / f"vgg{suffix}"
    save(state, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(ValueError, match=rf"vgg\{suffix} can't be read as VGG weights: give"):
        read_vgg(path, "vgg16")


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "vgg.pth"
    torch.save({"features.0.weight": Path("anything")}, path)
    with pytest.raises(ValueError, match="tensors alone"):
        read_vgg(path, "vgg16")


def test_weights_in_torchs_cache_are_taken_from_there(
    state: dict[str, Tensor], tmp_path: Path
) -> None:
    checkpoints = tmp_path / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.save(state, checkpoints / "vgg16-397923af.pth")
    lines = run(LOSS, TORCH_HOME=str(tmp_path))
    assert lines == ["['layers.conv1_1.bias', 'layers.conv1_1.weight', 'mean', 'std']"] * 2


def test_damaged_file_in_torchs_cache_is_named(state: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "hub" / "checkpoints" / "vgg16-397923af.pth"
    path.parent.mkdir(parents=True)
    torch.save(state, path)
    path.write_bytes(path.read_bytes()[:1000])
    lines = run(LOSS, TORCH_HOME=str(tmp_path))
    assert lines == [f"ValueError {path} is damaged: delete it, so that it is fetched again."] * 2


def test_failed_download_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """Nobody listens at the proxy's port."""
    lines = run(LOSS, TORCH_HOME=str(tmp_path), https_proxy="http://127.0.0.1:9", no_proxy="")
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(
            "DownloadError VGG's weights are not there. vgg16-397923af.pth from "
        )
        assert "could not be fetched: no connection" in line
        assert line.endswith("give a file of VGG weights, or choose another loss.")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "body",
    [
        "raise ModuleNotFoundError(\"No module named 'torchvision'\")",
        'raise RuntimeError("operator torchvision::nms does not exist")',
        'raise OSError("libcudart.so.13: cannot open shared object file")',
    ],
)
def test_without_a_torchvision_that_works_only_the_perceptual_loss_is_refused(
    tmp_path: Path, body: str
) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text(body)
    *refused, other = run(LOSS + OTHER_LOSS, PYTHONPATH=str(tmp_path))
    reason = body.partition("(")[2][1:-2]
    sentence = (
        f"ValueError The VGG weights come through torchvision, which can't be used here ({reason}):"
        f" install the torchvision that belongs to torch {torch.__version__}, give a file of VGG "
        f"weights, or choose another loss."
    )
    assert refused == [sentence, sentence]
    assert other == "steps: 2"


def test_a_file_needs_no_torchvision(state: dict[str, Tensor], tmp_path: Path) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError")
    torch.save(state, tmp_path / "vgg.pth")
    script = LOSS.replace("None", "__import__('pathlib').Path('vgg.pth')").replace("2)", "1)")
    lines = run(f"import os; os.chdir({str(tmp_path)!r}){script}", PYTHONPATH=str(tmp_path))
    assert lines == ["['layers.conv1_1.bias', 'layers.conv1_1.weight', 'mean', 'std']"]
