"""Random LR/HR patches, drawn on the device from whole pictures that are held there."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from napari_fsrcnn.datasets.flat import Flat, HostFlat, fits
from napari_fsrcnn.datasets.luma import LumaPair


class PatchSampler:
    """Draws batches of patches: a picture, a place in it, and one of the eight orientations.

    Each picture is drawn as often as any other, small or large, as each counts the same in the mean
    PSNR that a run is judged by.

    All pictures lie one after another in one flat tensor on the device, so a batch is a single
    indexed read: no files, no workers, no copies between host and device. Pictures that would take
    too much of a GPU's memory stay on the host, and the same patches are read there.

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
        n_bytes = sum(pair.lr.nbytes + pair.hr.nbytes for pair in self.pairs)
        held = Flat if fits(n_bytes, device) else HostFlat
        self._lr = held([pair.lr for pair in self.pairs], device)
        self._hr = held([pair.hr for pair in self.pairs], device)
        sizes = torch.tensor([pair.lr.shape for pair in self.pairs], device=device)
        self._places = sizes - patch + 1
        self._aside = None if held is Flat else _stream_aside(device)

    def draw(self) -> tuple[Tensor, Tensor]:
        """Draw a batch.

        Returns
        -------
        lr : Tensor of float32, shape (batch, 1, patch, patch)
        hr : Tensor of float32, shape (batch, 1, scale * patch, scale * patch)
        """
        if self._aside is None:
            return self._draw()
        # The host waits for the places of the patches, but not for the steps that the device has
        # still to do: meanwhile it reads the next batch. Nothing is drawn ahead of its step, so
        # the generator's state is what it would be with the pictures on the device.
        now = torch.cuda.current_stream(self.generator.device)
        with torch.cuda.stream(self._aside):
            batch = self._draw()
        now.wait_stream(self._aside)
        for patches in batch:
            patches.record_stream(now)
        return batch

    def _draw(self) -> tuple[Tensor, Tensor]:
        random, device = self.generator, self.generator.device
        picture = torch.randint(len(self.pairs), (self.batch,), generator=random, device=device)
        places = self._places[picture]
        chance = torch.rand(places.shape, generator=random, device=device)
        # A chance just below 1 times a large count may be rounded up to that count.
        corner = torch.minimum((chance * places).long(), places - 1)
        turns = torch.randint(2, (self.batch, 3), generator=random, device=device).bool()
        return (
            self._lr.read(picture, corner, self.patch, turns),
            self._hr.read(picture, corner * self.scale, self.patch * self.scale, turns),
        )


def _stream_aside(device: torch.device) -> torch.cuda.Stream:
    """Open a queue of work beside the device's usual one, after what is under way there."""
    stream = torch.cuda.Stream(device)
    stream.wait_stream(torch.cuda.current_stream(device))
    return stream
