"""PSNR on the validation pictures while a run goes on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_fsrcnn.datasets.luma import LumaPair, measurable
from napari_fsrcnn.image.metrics import psnr
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.inference.prepared import prepare
from napari_fsrcnn.inference.tiles import upscale_plane
from napari_fsrcnn.networks.network import Network
from napari_fsrcnn.training.events import Preview


class Validator:
    """Measures networks on a fixed list of pictures.

    Parameters
    ----------
    pairs : sequence of LumaPair
    scale : int
    device : torch.device

    Attributes
    ----------
    bicubic_psnr : float
        Bicubic's mean PSNR in dB on the same pictures.
    """

    def __init__(self, pairs: Sequence[LumaPair], scale: int, device: torch.device) -> None:
        self.pairs = pairs
        self.scale = scale
        self.device = device
        self._bicubic = [imresize(pair.lr, scale) for pair in pairs]
        self.bicubic_psnr = self._mean(self._bicubic)

    def measure(
        self, network: Network, stop: threading.Event | None = None
    ) -> tuple[float, Preview]:
        """Restore every picture with a network.

        Returns
        -------
        psnr : float
            Mean over the pictures, in dB.
        preview : Preview
            Of the first picture.

        Raises
        ------
        UpscaleStopped
            If ``stop`` was set.
        """
        ready = prepare(network, self.device)
        restored = [
            upscale_plane(ready, torch.from_numpy(pair.lr), stop=stop).numpy()
            for pair in self.pairs
        ]
        first = self.pairs[0]
        preview = Preview(first.name, first.lr, self._bicubic[0], restored[0], first.hr)
        return self._mean(restored), preview

    def _mean(self, planes: Sequence[NDArray[np.floating[Any]]]) -> float:
        scores = []
        for pair, plane in zip(self.pairs, planes, strict=True):
            hr, restored, data_range = measurable(pair, plane)
            scores.append(psnr(hr, restored, data_range=data_range, shave=self.scale))
        # Two equal pictures have an infinite PSNR, which would hide all others in the mean.
        return float(np.mean(np.minimum(scores, 100.0)))
