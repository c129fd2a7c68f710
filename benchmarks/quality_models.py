"""What is measured: the shipped models, bicubic, and the weights of others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
from extra import needed_by
from image_sets import data_folder

from napari_fsrcnn.networks.cost import count_weights, multiply_adds
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import list_models, load_model

SCALES = (2, 3, 4)
OURS = "this project"
BICUBIC = "bicubic"


@dataclass(frozen=True)
class Measured:
    """One model, or bicubic.

    Attributes
    ----------
    name : str
    by : str
        Whose it is.
    scale : int
    model : Model or None
        None is bicubic.
    weights, multiply_adds : int
        Of the convolutions; per LR pixel.
    """

    name: str
    by: str
    scale: int
    model: Model | None = None
    weights: int = 0
    multiply_adds: int = 0

    @property
    def architecture(self) -> str:
        """The name in the registry."""
        return BICUBIC if self.model is None else self.model.card.architecture

    @property
    def checksum(self) -> str:
        """SHA-256 of the weights alone, whatever the file's card says."""
        if self.model is None:
            return ""
        state = as_module(self.model.network).state_dict()
        tensors = {name: tensor.contiguous() for name, tensor in state.items()}
        return hashlib.sha256(safetensors.torch.save(tensors)).hexdigest()


def shipped() -> list[Measured]:
    """Load all shipped models."""
    return [_measured(load_model(name), OURS) for name in list_models()]


def others() -> Iterator[Measured]:
    """Load what they are held against, from the folder ``peers`` beside the image sets."""
    with needed_by("OpenCV"):
        from opencv_superres import read_opencv

    peers = data_folder() / "peers"
    for scale in SCALES:
        yield Measured(BICUBIC, "", scale)
        for path in _files(peers / "authors-mat", scale):
            yield _measured(load_model(path, scale), "the papers' authors")
        for path in _files(peers / "yjn870-pth", scale):
            yield _measured(load_model(path, scale), "yjn870")
        for path in _files(peers / "opencv-pb", scale):
            model = read_opencv(path, scale)
            # Each of its layers works on LR pixels.
            n_weights = count_weights(model.network)
            yield Measured(model.name, "OpenCV", scale, model, n_weights, n_weights)


def _measured(model: Model, by: str) -> Measured:
    network = model.network
    return Measured(
        model.name, by, model.scale, model, count_weights(network), multiply_adds(network)
    )


def _files(folder: Path, scale: int) -> list[Path]:
    found = sorted(folder.glob(f"*x{scale}.*"))
    if not found:
        raise SystemExit(f"There are no weights for x{scale} in {folder}.")
    return found
