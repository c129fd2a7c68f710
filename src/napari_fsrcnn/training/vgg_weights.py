"""Weights of VGG: torchvision's, or those of a file in one of the two usual conventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import safetensors.torch
import torch
from torch import Tensor

from napari_fsrcnn.training.vgg import Vgg, layer_names
from napari_fsrcnn.training.vgg_download import vgg_file


class Convention(NamedTuple):
    """How a network wants its input, per channel: ``(x - mean) / std`` for x in [0, 1]."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


TORCHVISION = Convention(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
"""Channels in the order RGB, in units of ImageNet's standard deviation."""

CAFFE = Convention(mean=(103.939 / 255, 116.779 / 255, 123.68 / 255), std=(1 / 255,) * 3)
"""Channels in the order BGR, in levels of 255, as the network's authors published it."""


class VggWeights(NamedTuple):
    """Weights by the literature's names, such as ``conv1_1.weight``, and their convention."""

    tensors: dict[str, Tensor]
    convention: Convention


def fetch_vgg(vgg: Vgg) -> VggWeights:
    """Read torchvision's ImageNet weights, which are fetched where they are missing.

    Parameters
    ----------
    vgg : {"vgg16", "vgg19"}

    Raises
    ------
    ValueError
        If torchvision is missing or does not work, or the cached file is damaged.
    DownloadError
        An OSError; if the weights can't be fetched.
    """
    path = vgg_file(vgg)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # what a damaged file makes torch raise is anybody's guess
        raise ValueError(f"{path} is damaged: delete it, so that it is fetched again.") from error
    return _named(state, vgg, path)


def read_vgg(path: Path, vgg: Vgg) -> VggWeights:
    """Read weights from a file; the names in it tell the convention.

    Parameters
    ----------
    path : Path
        ``.safetensors``, ``.npz``, or else a state dict saved by torch, of which only tensors are
        read. ``features.0.weight`` and so on are taken for torchvision's weights,
        ``conv1_1.weight`` and so on for the authors' own (see :data:`CAFFE`). Convolutions have
        the shape (out, in, 3, 3).
    vgg : {"vgg16", "vgg19"}

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file can't be read, has neither kind of names or is of another VGG.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no file of VGG weights {path}: check the path.")
    try:
        state = _read_state(path)
    except Exception as error:  # what a damaged file makes the libraries raise is anybody's guess
        raise ValueError(
            f"{path} can't be read as VGG weights: give a .safetensors or .npz file, or a state "
            f"dict saved by PyTorch that holds tensors alone."
        ) from error
    return _named(state, vgg, path)


def _read_state(path: Path) -> Mapping[str, Tensor]:
    if path.suffix == ".safetensors":
        return safetensors.torch.load_file(path)
    if path.suffix == ".npz":
        # opened here: numpy leaves a damaged file open
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return {name: torch.from_numpy(array) for name, array in arrays.items()}
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {str(name): value for name, value in state.items() if isinstance(value, Tensor)}


def _named(state: Mapping[str, Tensor], vgg: Vgg, path: Path) -> VggWeights:
    names = layer_names(vgg)
    if "features.0.weight" in state:
        _check_depth(state, [f"features.{number}" for number in range(len(names))], vgg, path)
        return VggWeights(_renamed(state, names), TORCHVISION)
    if "conv1_1.weight" in state:
        _check_depth(state, names, vgg, path)
        return VggWeights(dict(state), CAFFE)
    raise ValueError(
        f"{path} holds no VGG weights: they are named features.0.weight and so on in torchvision, "
        f"or conv1_1.weight and so on in Caffe."
    )


def _check_depth(state: Mapping[str, Tensor], layers: Sequence[str], vgg: Vgg, path: Path) -> None:
    """Refuse weights of another depth; the last layers may be missing."""
    convolutions = [
        f"{layer}.weight"
        for layer, name in zip(layers, layer_names(vgg), strict=True)
        if name.startswith("conv")
    ]
    weights = {
        name
        for name in state
        if name.startswith(("features.", "conv")) and name.endswith(".weight")
    }
    if weights != set(convolutions[: len(weights)]):
        raise ValueError(
            f"{path} does not hold the layers of VGG-{vgg[3:]} from the first one on: give a file "
            f"of its weights, or choose the other VGG."
        )


def _renamed(state: Mapping[str, Tensor], names: Sequence[str]) -> dict[str, Tensor]:
    return {
        f"{name}.{kind}": state[f"features.{number}.{kind}"]
        for number, name in enumerate(names)
        for kind in ("weight", "bias")
        if f"features.{number}.{kind}" in state
    }
