"""Random LR/HR patches, drawn on the device from whole pictures that are held there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_fsrcnn.datasets.luma import LumaPair


class PatchSampler:
    """Draws batches of patches, each at a random place and in one of the eight orientations.

    All pictures lie one after another in one flat tensor on the device, so a batch is a single
    indexed read: no files, no workers, no copies between host and device.

    Parameters
    ----------
    pairs : sequence of LumaPair
        Pictures smaller than a patch are left out.
    scale : int
    patch : int
        Size of the square LR patch in pixels.
    batch : int
        Patches drawn at once.
    generator : torch.Generator
        On the device that the pictures are to be held on; all randomness comes from it.

    Raises
    ------
    ValueError
        If every picture is smaller than a patch.
    """

    def __init__(
        self,
        pairs: Sequence[LumaPair],
        scale: int,
        patch: int,
        batch: int,
        generator: torch.Generator,
    ) -> None:
        self.pairs = [pair for pair in pairs if min(pair.lr.shape) >= patch]
        if not self.pairs:
            raise ValueError(
                f"Every training picture is smaller than {patch} x {patch} pixels in LR: choose a "
                f"smaller patch or larger pictures."
            )
        self.scale = scale
        self.patch = patch
        self.batch = batch
        self.generator = generator
        device = generator.device
        self._lr = _Flat([pair.lr for pair in self.pairs], device)
        self._hr = _Flat([pair.hr for pair in self.pairs], device)
        sizes = torch.tensor([pair.lr.shape for pair in self.pairs], device=device)
        self._places = sizes - patch + 1
        # Every place in every picture is as likely as any other.
        self._chances = self._places.prod(1).float()

    def draw(self) -> tuple[Tensor, Tensor]:
        """Draw a batch.

        Returns
        -------
        lr : Tensor of float32, shape (batch, 1, patch, patch)
        hr : Tensor of float32, shape (batch, 1, scale * patch, scale * patch)
        """
        random, device = self.generator, self.generator.device
        picture = torch.multinomial(self._chances, self.batch, replacement=True, generator=random)
        places = self._places[picture]
        chance = torch.rand(places.shape, generator=random, device=device)
        # A chance just below 1 times a large count may be rounded up to that count.
        corner = torch.minimum((chance * places).long(), places - 1)
        turns = torch.randint(2, (self.batch, 3), generator=random, device=device).bool()
        return (
            self._lr.read(picture, corner, self.patch, turns),
            self._hr.read(picture, corner * self.scale, self.patch * self.scale, turns),
        )


class _Flat:
    """Planes of different sizes in one flat tensor."""

    def __init__(self, planes: list[NDArray[np.float32]], device: torch.device) -> None:
        self._values = torch.from_numpy(np.concatenate([plane.ravel() for plane in planes]))
        self._values = self._values.to(device)
        sizes = torch.tensor([plane.size for plane in planes], device=device)
        self._starts = sizes.cumsum(0) - sizes
        self._widths = torch.tensor([plane.shape[1] for plane in planes], device=device)

    def read(self, plane: Tensor, corner: Tensor, size: int, turns: Tensor) -> Tensor:
        """Read square patches, mirrored on Y, mirrored on X and transposed as ``turns`` says."""
        ahead = torch.arange(size, device=corner.device)
        steps = torch.stack([ahead, ahead.flip(0)])[turns[:, :2].long()]
        rows, columns = (steps + corner[:, :, None]).unbind(1)
        first = self._starts[plane, None] + rows * self._widths[plane, None]
        index = first[:, :, None] + columns[:, None, :]
        index = torch.where(turns[:, 2, None, None], index.mT, index)
        return self._values[index][:, None]
