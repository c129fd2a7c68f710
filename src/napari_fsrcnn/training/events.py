"""What a training run reports, in the order in which it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.weights.model import Model

Plane = NDArray[np.float32]

Reason = Literal["done", "stopped", "no-improvement", "diverged"]
"""Why a run ended: the schedule is done; it was stopped, or reached ``stop_after``; ``patience``
validations went by without a higher PSNR; the loss exploded or was no longer a number."""


@dataclass(frozen=True)
class Started:
    """The data is read and split, and the network is on its device.

    ``step`` is 0, or where a resumed run goes on. ``bicubic_psnr`` is bicubic's mean PSNR in dB on
    the validation pictures.
    """

    step: int
    steps: int
    device: str
    train: tuple[str, ...]
    validation: tuple[str, ...]
    bicubic_psnr: float


@dataclass(frozen=True)
class Stepped:
    """Ten times a second and before each validation: steps done, mean loss since the last report."""

    step: int
    loss: float
    steps_per_second: float


@dataclass(frozen=True, eq=False)
class Preview:
    """One validation picture: Y planes in [0, 1], all but ``lr`` of HR's size."""

    name: str
    lr: Plane
    bicubic: Plane
    network: Plane
    hr: Plane


@dataclass(frozen=True)
class Validated:
    """Mean PSNR in dB on the validation pictures, for the network and for bicubic.

    ``step`` is 0 for the checkpoint that a run starts from.
    """

    step: int
    psnr: float
    bicubic_psnr: float
    preview: Preview = field(repr=False)


@dataclass(frozen=True)
class Saved:
    """The run folder is up to date: the run can be resumed from this step."""

    step: int
    run: Path


@dataclass(frozen=True)
class Paused:
    """The run waits after this step, and is saved; it goes on once ``pause`` is cleared."""

    step: int


@dataclass(frozen=True)
class Noticed:
    """Something that the user should know, as a sentence; the run copes with it."""

    text: str


@dataclass(frozen=True)
class Finished:
    """The run has ended for a reason; ``model`` has the best weights so far.

    ``psnr`` is that model's on the validation pictures; None where the run was stopped before its
    first validation, so that the model is the one of the last step. Without a single step there
    is no model, nor where the run diverged before its first validation.
    """

    step: int
    reason: Reason
    psnr: float | None
    bicubic_psnr: float
    model: Model | None = field(repr=False)

    @property
    def stopped(self) -> bool:
        """Whether the run ended before its schedule."""
        return self.reason != "done"


Event = Started | Stepped | Validated | Saved | Paused | Noticed | Finished
