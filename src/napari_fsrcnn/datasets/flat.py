"""Planes of different sizes in one flat tensor, from which a batch of patches is one read."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SHARE = 0.5
"""Part of a GPU's free memory that the pictures may take; the rest is for the network's work."""


def fits(n_bytes: int, device: torch.device) -> bool:
    """Say whether pictures may lie on a device; beside the CPU's own memory there is no other."""
    return device.type != "cuda" or n_bytes <= SHARE * torch.cuda.mem_get_info(device)[0]


class Flat:
    """Planes held on the device.

    Parameters
    ----------
    planes : list of ndarray of float32, shape (Y, X)
    device : torch.device
    """

    def __init__(self, planes: list[NDArray[np.float32]], device: torch.device) -> None:
        self._values = torch.from_numpy(np.concatenate([plane.ravel() for plane in planes]))
        sizes = torch.tensor([plane.size for plane in planes], device=device)
        self._starts = sizes.cumsum(0) - sizes
        self._widths = torch.tensor([plane.shape[1] for plane in planes], device=device)
        self._settle(device)

    def read(self, plane: Tensor, corner: Tensor, size: int, turns: Tensor) -> Tensor:
        """Read square patches, mirrored on Y, mirrored on X and transposed as ``turns`` says.

        Parameters
        ----------
        plane : Tensor of int, shape (batch,)
        corner : Tensor of int, shape (batch, 2)
            Y and X of the top left pixel.
        size : int
        turns : Tensor of bool, shape (batch, 3)

        Returns
        -------
        Tensor of float32, shape (batch, 1, size, size)
            On the device.
        """
        ahead = torch.arange(size, device=corner.device)
        steps = torch.stack([ahead, ahead.flip(0)])[turns[:, :2].long()]
        rows, columns = (steps + corner[:, :, None]).unbind(1)
        first = self._starts[plane, None] + rows * self._widths[plane, None]
        index = first[:, :, None] + columns[:, None, :]
        index = torch.where(turns[:, 2, None, None], index.mT, index)
        return self._gather(index)[:, None]

    def _settle(self, device: torch.device) -> None:
        self._values = self._values.to(device)

    def _gather(self, index: Tensor) -> Tensor:
        return self._values[index]


class HostFlat(Flat):
    """Planes that are too large for the device: held on the host, only patches go over."""

    def _settle(self, device: torch.device) -> None:
        if device.type == "cuda":
            self._values = self._values.pin_memory()

    def _gather(self, index: Tensor) -> Tensor:
        there = index.cpu()
        patches = torch.empty(there.shape, pin_memory=self._values.is_pinned())
        torch.take(self._values, there, out=patches)
        return patches.to(index.device, non_blocking=True)
