"""What a training run is to do: one frozen record for widget, command line and script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Loss = Literal["l1-mse", "l1", "mse"]


class TrainingConfig(BaseModel):
    """Configuration of a training run; the field names are the command line's options.

    All but ``hyperparameters``, which the command line takes from a ``--config`` file only.

    Raises
    ------
    pydantic.ValidationError
        A ValueError; if a field is out of its limits or unknown.

    Examples
    --------
    >>> TrainingConfig(data=["bsd100"], scale=2, out="mine.safetensors").run_folder.name
    'mine-run'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data: tuple[str, ...] = Field(
        default=(), description="'bsd100' or folders of pictures; several are joined"
    )
    arch: str = Field(default="fsrcnn", description="name of the architecture")
    hyperparameters: dict[str, Any] = Field(
        default={}, description="of the architecture, where they differ from its own"
    )
    scale: Annotated[int, Field(ge=2, le=8)] = Field(default=3, description="enlargement")
    loss: Loss = Field(default="l1-mse", description="l1, mse, or l1 with mse for the last tenth")
    steps: Annotated[int, Field(ge=1)] = Field(default=20_000, description="length of the schedule")
    stop_after: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="stop after this many steps of this call, to be resumed later"
    )
    batch: Annotated[int, Field(ge=1)] = Field(default=16, description="patches in a step")
    patch: Annotated[int, Field(ge=8)] = Field(default=24, description="patch size in LR pixels")
    lr: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1e-3, description="highest learning rate"
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(
        default=0, description="of the split, the first weights and the patches"
    )
    device: str = Field(default="auto", description="auto, cpu, cuda[:N] or mps")
    validate_every: Annotated[int, Field(ge=1)] = Field(
        default=500, description="steps between validations; each also saves the run"
    )
    out: Path | None = Field(default=None, description="file for the best model")
    run: Path | None = Field(default=None, description="folder of the run; by default beside out")

    @property
    def run_folder(self) -> Path | None:
        """The run's folder: as given, else beside ``out``, else none."""
        if self.run is None and self.out is not None:
            return self.out.with_name(f"{self.out.stem}-run")
        return self.run
