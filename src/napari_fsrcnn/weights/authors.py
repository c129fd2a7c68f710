"""The papers' own weights: MATLAB files of SRCNN and FSRCNN.

MATLAB writes arrays column by column, so each kernel is reshaped with its rows running fastest.
The authors' layers see the repeated edge pixel outside the picture and have one PReLU slope each; the
deconvolution's padding is 3 at x3 and 4 elsewhere, which no file states.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from napari_fsrcnn.weights.card import Card

Arrays = dict[str, NDArray[np.float32]]


def read_authors(path: Path, scale: int) -> tuple[Card, Arrays]:
    """Read a ``.mat`` file of the authors.

    Parameters
    ----------
    path : Path
    scale : int
        The file's scale, which it does not state.

    Returns
    -------
    Card, dict of float32 arrays
        Ready for :func:`napari_fsrcnn.weights.checkpoint.build_network`.

    Raises
    ------
    ValueError
        If the file is not one of the authors' SRCNN or FSRCNN files.
    """
    content = io.BytesIO(path.read_bytes())
    try:
        variables = loadmat(content)
        read = _fsrcnn if "weights_conv" in variables else _srcnn
        return read(path, scale, variables)
    except Exception as error:  # what a damaged file makes scipy raise is anybody's guess
        raise ValueError(
            f"{path} is not a MATLAB file of the SRCNN or FSRCNN authors' weights."
        ) from error


def _fsrcnn(path: Path, scale: int, variables: dict[str, Any]) -> tuple[Card, Arrays]:
    weights, biases, slopes = (
        variables[name].ravel() for name in ("weights_conv", "biases_conv", "prelu_conv")
    )
    *convolutions, deconvolution = weights
    arrays: Arrays = {}
    for index, weight in enumerate(convolutions):
        arrays[f"features.{2 * index}.weight"] = _convolution(weight)
        arrays[f"features.{2 * index}.bias"] = _vector(biases[index])
        arrays[f"features.{2 * index + 1}.weight"] = _vector(slopes[index])
    # Stored as a convolution from one map to d: the layout that a transposed one has in torch.
    arrays["deconvolution.weight"] = _convolution(deconvolution)
    arrays["deconvolution.bias"] = _vector(biases[-1])
    hyperparameters = {
        "d": weights[0].shape[2],
        "s": weights[1].shape[2],
        "m": len(convolutions) - 3,
        "padding_mode": "replicate",
        "deconv_padding": 3 if scale == 3 else 4,
        "prelu": "layer",
    }
    name = "fsrcnn-s" if hyperparameters["d"] == 32 else "fsrcnn"
    return _card(name, hyperparameters, scale, path), arrays


def _srcnn(path: Path, scale: int, variables: dict[str, Any]) -> tuple[Card, Arrays]:
    first, second, third = (variables[f"weights_conv{layer}"] for layer in (1, 2, 3))
    weights = [
        _convolution(first[np.newaxis]),
        _convolution(second),
        _convolution(third[:, :, np.newaxis]),
    ]
    arrays: Arrays = {}
    for layer, name in enumerate(("extract", "map", "reconstruct"), start=1):
        arrays[f"{name}.weight"] = weights[layer - 1]
        arrays[f"{name}.bias"] = _vector(variables[f"biases_conv{layer}"])
    kernels = [weight.shape[-1] for weight in weights]
    name = "srcnn-" + "".join(str(kernel) for kernel in kernels)
    return _card(name, {"kernels": kernels, "padding_mode": "replicate"}, scale, path), arrays


def _card(name: str, hyperparameters: dict[str, Any], scale: int, path: Path) -> Card:
    return Card(
        architecture=name,
        hyperparameters=hyperparameters,
        scale=scale,
        origin=f"the authors' weights, {path.name}",
    )


def _convolution(weight: NDArray[Any]) -> NDArray[np.float32]:
    """Turn (in, k * k, out), a kernel's rows running fastest, into torch's (out, in, k, k)."""
    channels, area, maps = weight.shape
    kernel = round(area**0.5)
    columns_first = weight.reshape(channels, kernel, kernel, maps)
    return np.ascontiguousarray(columns_first.transpose(3, 0, 2, 1), np.float32)


def _vector(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values.ravel(), np.float32)
