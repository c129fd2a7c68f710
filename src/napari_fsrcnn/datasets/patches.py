"""Random LR/HR patches, drawn on the device from whole pictures that are held there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from napari_fsrcnn.datasets.flat import Flat, HostFlat, fits
from napari_fsrcnn.datasets.luma import LumaPair


class Batch(NamedTuple):
    """Patches, and what each HR pixel of them counts in a loss: 1 in the mean of a patch.

    ``lr`` is a float32 Tensor of shape ``(batch, 1, patch, patch)``; ``hr`` and ``counts`` are of
    ``(batch, 1, scale * patch, scale * patch)``.
    """

    lr: Tensor
    hr: Tensor
    counts: Tensor


class PatchSampler:
    """Draws batches of patches: a picture, a place in it, and one of the eight orientations.

    Each picture is drawn as often as any other, small or large, as each counts the same in the mean
    PSNR that a run is judged by. What counts of a patch, without the margin, lies anywhere in the
    picture, as far as the patch fits.

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
    margin : int
        LR pixels at each edge of a patch that count nothing, where the picture goes on beyond: the
        network sees padding there, which it sees at a picture's edge only, once it is trained.
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
        margin: int,
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
        self.margin = margin
        self.generator = generator
        device = generator.device
        n_bytes = sum(pair.lr.nbytes + pair.hr.nbytes for pair in self.pairs)
        held = Flat if fits(n_bytes, device) else HostFlat
        self._lr = held([pair.lr for pair in self.pairs], device)
        self._hr = held([pair.hr for pair in self.pairs], device)
        self._counts = _counts(scale, patch, margin).to(device)
        self._sizes = torch.tensor([pair.lr.shape for pair in self.pairs], device=device)
        self._aside = None if held is Flat else _stream_aside(device)

    def draw(self) -> Batch:
        """Draw a batch."""
        if self._aside is None:
            return self._draw()
        # The host waits for the places of the patches, but not for the steps that the device has
        # still to do: meanwhile it reads the next batch. Nothing is drawn ahead of its step, so
        # the generator's state is what it would be with the pictures on the device.
        now = torch.cuda.current_stream(self.generator.device)
        with torch.cuda.stream(self._aside):
            batch = self._draw()
        now.wait_stream(self._aside)
        for tensor in batch:
            tensor.record_stream(now)
        return batch

    def _draw(self) -> Batch:
        random, device = self.generator, self.generator.device
        picture = torch.randint(len(self.pairs), (self.batch,), generator=random, device=device)
        last = self._sizes[picture] - self.patch
        chance = torch.rand(last.shape, generator=random, device=device)
        inside = (chance * (last + 2 * self.margin + 1)).long()
        corner = (inside - self.margin).clamp(min=0).minimum(last)
        turns = torch.randint(2, (self.batch, 3), generator=random, device=device).bool()
        return Batch(
            self._lr.read(picture, corner, self.patch, turns),
            self._hr.read(picture, corner * self.scale, self.patch * self.scale, turns),
            self._count(corner == 0, corner == last, turns),
        )

    def _count(self, first: Tensor, last: Tensor, turns: Tensor) -> Tensor:
        """Tell what pixels count, where patches begin and end with their pictures or do not."""
        mirrored = turns[:, :2]
        begins, ends = torch.where(mirrored, last, first), torch.where(mirrored, first, last)
        ways = begins + 2 * ends
        rows, columns = torch.where(turns[:, 2, None], ways.flip(1), ways).unbind(1)
        return self._counts[rows, columns]


def _counts(scale: int, patch: int, margin: int) -> Tensor:
    """Tabulate what the pixels of a patch count: (4, 4, 1, scale * patch, scale * patch).

    For rows and for columns: 0 where the picture goes on at both ends of the patch, 1 where it begins
    with the patch, 2 where it ends with it, 3 for both.
    """
    place = torch.arange(patch)
    after, before = place >= margin, place < patch - margin
    everywhere = torch.ones_like(after)
    inside = torch.stack([after & before, before, after, everywhere])
    planes = (inside[:, None, :, None] & inside[None, :, None, :]).float()
    planes /= planes.mean((2, 3), keepdim=True)
    return planes.repeat_interleave(scale, 2).repeat_interleave(scale, 3)[:, :, None]


def _stream_aside(device: torch.device) -> torch.cuda.Stream:
    """Open a queue of work beside the device's usual one, after what is under way there."""
    stream = torch.cuda.Stream(device)
    stream.wait_stream(torch.cuda.current_stream(device))
    return stream
