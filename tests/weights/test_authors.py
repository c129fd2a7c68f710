"""The papers' own weights: MATLAB's layout, the conventions, the known figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.io import savemat

from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.authors import read_authors
from napari_fsrcnn.weights.convert import import_weights

DataFolder = Callable[[str], Path]


def columns_first(weight: torch.Tensor) -> NDArray[np.float64]:
    """Write torch's (out, in, y, x) as MATLAB has it: (in, y and x with y fastest, out)."""
    kernels = weight.detach().numpy().astype(float)
    maps, channels = kernels.shape[:2]
    flat = np.empty((channels, kernels[0, 0].size, maps))
    for index in np.ndindex(maps, channels):
        flat[index[1], :, index[0]] = kernels[index].ravel(order="F")
    return flat


def cells(arrays: list[Any]) -> NDArray[np.object_]:
    column = np.empty((len(arrays), 1), object)
    column[:, 0] = arrays
    return column


def save_fsrcnn(path: Path, module: torch.nn.Module) -> None:
    state = module.state_dict()
    layers = sorted({int(name.split(".")[1]) for name in state if name.startswith("features")})
    kernels = [columns_first(state[f"features.{layer}.weight"]) for layer in layers[::2]]
    biases = [state[f"features.{layer}.bias"].numpy()[:, None] for layer in layers[::2]]
    deconvolution = columns_first(state["deconvolution.weight"])
    savemat(
        path,
        {
            "weights_conv": cells([*kernels, deconvolution]),
            "biases_conv": cells([*biases, state["deconvolution.bias"].numpy()]),
            "prelu_conv": cells([state[f"features.{n}.weight"].numpy() for n in layers[1::2]]),
        },
        do_compression=True,
    )


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", ["fsrcnn", "fsrcnn-s"])
def test_an_fsrcnn_written_in_matlab_s_layout_comes_back(
    tmp_path: Path, name: str, scale: int
) -> None:
    # At x3 the authors' deconvolution has padding 3, at x2 and x4 padding 4.
    deconv_padding = {2: 4, 3: 3, 4: 4}[scale]
    network = get_architecture(name).build(scale, prelu="layer", deconv_padding=deconv_padding)
    save_fsrcnn(tmp_path / f"a_x{scale}.mat", as_module(network))
    model = import_weights(tmp_path / f"a_x{scale}.mat")
    assert model.card.architecture == name
    assert model.card.hyperparameters == network.hyperparameters
    lr = torch.rand(1, 1, 6, 7)
    torch.testing.assert_close(as_module(model.network)(lr), as_module(network)(lr))


@pytest.mark.parametrize("kernels", [(9, 1, 5), (9, 3, 5), (9, 5, 5)])
def test_an_srcnn_written_in_matlab_s_layout_comes_back(
    tmp_path: Path, kernels: tuple[int, ...]
) -> None:
    name = "srcnn-" + "".join(map(str, kernels))
    network = get_architecture(name).build(3)
    state = as_module(network).state_dict()
    savemat(
        tmp_path / "weights.mat",
        {
            "weights_conv1": columns_first(state["extract.weight"])[0],
            "weights_conv2": columns_first(state["map.weight"]),
            "weights_conv3": columns_first(state["reconstruct.weight"])[:, :, 0],
            "biases_conv1": state["extract.bias"].numpy()[:, None],
            "biases_conv2": state["map.bias"].numpy()[:, None],
            "biases_conv3": state["reconstruct.bias"].numpy(),
        },
    )
    model = import_weights(tmp_path / "weights.mat", 3, name)
    assert model.card.hyperparameters == {"kernels": list(kernels), "padding_mode": "replicate"}
    lr = torch.rand(1, 1, 4, 5)
    torch.testing.assert_close(as_module(model.network)(lr), as_module(network)(lr))


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize(
    ("file", "architecture", "weights"),
    [
        ("SRCNN_91", "srcnn-915", 8_032),
        ("SRCNN_IN", "srcnn-955", 57_184),
        ("FSRCNN_", "fsrcnn", 12_464),
        ("FSRCNN-s_", "fsrcnn-s", 3_937),
    ],
)
def test_the_authors_files(
    data_folder: DataFolder, file: str, architecture: str, weights: int, scale: int
) -> None:
    path = data_folder("peers/authors-mat") / f"{file}x{scale}.mat"
    model = import_weights(path)
    assert (model.name, model.scale) == (path.stem, scale)
    assert model.card.architecture == architecture
    assert model.card.origin == f"the authors' weights, {path.name}"
    parameters = as_module(model.network).parameters()
    assert sum(p.numel() for p in parameters if p.ndim == 4) == weights


@pytest.mark.parametrize(
    ("file", "scale", "decibels"),
    [("FSRCNN_x4", 4, 30.704), ("FSRCNN-s_x2", 2, 36.572), ("FSRCNN-s_x3", 3, 32.604)],
)
def test_the_authors_figures_on_set5(
    data_folder: DataFolder, file: str, scale: int, decibels: float
) -> None:
    model = import_weights(data_folder("peers/authors-mat") / f"{file}.mat")
    found = evaluate(model, data_folder("Set5"), scale, device="cpu").psnr
    assert found == pytest.approx(decibels, abs=0.02)


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mat") / "sound.mat"
    save_fsrcnn(path, as_module(get_architecture("fsrcnn").build(2, d=3, s=2, m=1, prelu="layer")))
    return path


@settings(max_examples=100)
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
    damaged = small_file.with_name("damaged.mat")
    damaged.write_bytes(content[: None if cut is None else cut % len(content)])
    sentence = None
    try:
        read_authors(damaged, 2)
    except ValueError as error:
        sentence = str(error)
    assert sentence in {
        None,
        f"{damaged} is not a MATLAB file of the SRCNN or FSRCNN authors' weights.",
    }


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"x": np.eye(3)},
        {"weights_conv": 5.0},
        {"weights_conv": np.ones((2, 3)), "biases_conv": np.ones(2), "prelu_conv": np.ones(2)},
        {"weights_conv1": np.ones((5, 64)), "weights_conv2": np.ones(3), "weights_conv3": "text"},
    ],
)
def test_other_matlab_files_are_refused(tmp_path: Path, variables: dict[str, Any]) -> None:
    savemat(tmp_path / "other.mat", variables)
    with pytest.raises(ValueError, match=r"other\.mat is not a MATLAB file of the SRCNN or FSRCNN"):
        read_authors(tmp_path / "other.mat", 2)
