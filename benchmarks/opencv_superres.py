"""OpenCV's dnn_superres models, run by OpenCV, in the form that `evaluate` measures."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.model import Model


class OpenCvNetwork(nn.Module):
    """A ``.pb`` file of dnn_superres; its kernels are held only to be counted.

    OpenCV's own class for these files takes colour pictures of 8 bits, so the plane goes through
    the network that it holds: Y in [0, 1] there and back.
    """

    def __init__(self, path: Path, scale: int) -> None:
        super().__init__()
        cv2.dnn_superres.DnnSuperResImpl.create()  # makes the layer DepthToSpace known to cv2.dnn
        self.net = cv2.dnn.readNetFromTensorflow(str(path))
        self._turn = threading.Lock()  # tiles come from several threads, and it holds one's maps
        self.scale = scale
        self.hyperparameters: Mapping[str, Any] = {}
        layers = [self.net.getLayer(name) for name in self.net.getLayerNames()]
        kernels = [blob for layer in layers for blob in layer.blobs if blob.ndim == 4]
        self.kernels = nn.ParameterList(nn.Parameter(torch.tensor(k)) for k in kernels)
        self.halo = sum(kernel.shape[-1] // 2 for kernel in kernels)

    def __deepcopy__(self, memo: object) -> OpenCvNetwork:
        """Stay the same: OpenCV's network can't be copied, and nothing changes it."""
        return self

    def forward(self, lr: Tensor) -> Tensor:
        """Map an LR plane ``(1, 1, H, W)`` in [0, 1] to HR."""
        with self._turn:
            self.net.setInput(np.ascontiguousarray(lr.numpy()))
            return torch.from_numpy(self.net.forward().copy())


def read_opencv(path: Path, scale: int) -> Model:
    """Read a ``.pb`` file."""
    architecture = "fsrcnn-s" if "small" in path.stem else "fsrcnn"
    card = Card(architecture=architecture, hyperparameters={}, scale=scale, origin=path.name)
    return Model(path.stem, OpenCvNetwork(path, scale), card)
