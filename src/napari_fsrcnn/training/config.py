"""What a training run is to do: one frozen record for widget, command line and script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from napari_fsrcnn.training.vgg import Vgg, layers_to

Loss = Literal["rmse", "l1-mse", "l1", "mse", "charbonnier", "mse-perceptual"]
Initial = Literal["interpolation", "paper"]
Optimizer = Literal["soap", "adam", "sgd"]
Schedule = Literal["one-cycle", "constant"]
Learn = Literal["all", "last"]
Precision = Literal["float32", "bf16", "fp16"]


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
    blur: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.0,
        description="blur before HR is shrunk, where LR is not given: sd in HR pixels",
    )
    noise: Annotated[float, Field(ge=0, le=255)] = Field(
        default=0.0, description="noise added to a made LR: sd in levels of 255"
    )
    rescale: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        default=(), description="sizes at which each training picture is learnt from as well"
    )
    levels: bool = Field(
        default=True, description="vary contrast and brightness, so that all of [0, 1] is learnt"
    )
    loss: Loss = Field(
        default="rmse",
        description="what is made small: rmse is the root of each patch's mse; l1-mse is l1 with "
        "mse for the last tenth",
    )
    vgg: Vgg = Field(default="vgg16", description="features of the perceptual loss")
    vgg_layer: str = Field(default="relu2_2", description="layer of the perceptual loss")
    vgg_weight: Annotated[float, Field(ge=0, le=1e6)] = Field(
        default=0.006,
        description="weight of the perceptual loss beside mse; with Caffe weights about 1e-7",
    )
    vgg_file: Path | None = Field(
        default=None, description="file of VGG weights; by default torchvision fetches its own"
    )
    steps: Annotated[int, Field(ge=1, le=100_000_000)] = Field(
        default=20_000, description="length of the schedule"
    )
    stop_after: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="stop after this many steps of this call, to be resumed later"
    )
    batch: Annotated[int, Field(ge=1, le=65_536)] = Field(
        default=16, description="patches in a step"
    )
    patch: Annotated[int, Field(ge=8, le=4096)] = Field(
        default=24, description="patch size in LR pixels"
    )
    margin: Annotated[int, Field(ge=0, le=1024)] = Field(
        default=0,
        description="LR pixels at each edge of a patch that the loss leaves out where the picture "
        "goes on beyond, since the network sees padding there; helps long runs of FSRCNN",
    )
    lr: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1e-2, description="highest learning rate"
    )
    last_lr: Annotated[float, Field(ge=0, le=10)] = Field(
        default=1.0, description="learning rate of the last layer, as a part of lr"
    )
    optimizer: Optimizer = Field(
        default="soap", description="soap needs fewest steps; adam; or sgd with momentum 0.9"
    )
    schedule: Schedule = Field(default="one-cycle", description="of the learning rate")
    clip: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="longest gradient that is not shortened; 0: never shortened"
    )
    initial: Initial = Field(
        default="interpolation",
        description="first weights: near plain interpolation, or random as in the paper",
    )
    leak: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.1,
        description="part of the gradient that passes where ReLU is off, so that no filter of "
        "SRCNN dies; 0: none",
    )
    width: Annotated[int, Field(ge=0, le=4096)] = Field(
        default=0,
        description="inner width of collapsible layers: helps short runs of FSRCNN, srcnn-955 and "
        "adam; 0: ordinary layers",
    )
    average: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.999, description="decay of the weights' moving average; 0: none"
    )
    start: Path | None = Field(
        default=None,
        description="model of the same architecture, at any scale, to start from: a checkpoint, or "
        "a shipped one's name",
    )
    teacher: Path | None = Field(
        default=None,
        description="model of the same scale whose results are learnt instead of HR, such as "
        "fsrcnn-x3: a file, or a shipped one's name; helps smaller networks",
    )
    learn: Learn = Field(default="all", description="train all layers, or only the last one")
    precision: Precision = Field(default="float32", description="of the step's computations")
    compile: bool = Field(default=False, description="compile the step; needs a C++ compiler")
    patience: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="stop after this many validations without a higher PSNR"
    )
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = Field(
        default=0, description="of the first weights, the patches and the noise"
    )
    device: str = Field(default="auto", description="auto, cpu, cuda[:N] or mps")
    validate_every: Annotated[int, Field(ge=1, le=100_000_000)] = Field(
        default=500, description="steps between validations; each also saves the run"
    )
    out: Path | None = Field(default=None, description="file for the best model")
    run: Path | None = Field(default=None, description="folder of the run; by default beside out")

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.patch <= 2 * self.margin:
            raise ValueError(
                f"a margin of {self.margin} leaves nothing of a patch of {self.patch}: choose a "
                f"smaller margin or a larger patch"
            )
        if self.learn == "last" and self.start is None:
            raise ValueError(
                "learn=last fine-tunes a network that is trained already: give one as start"
            )
        if self.learn == "last" and self.last_lr == 0:
            raise ValueError("learn=last with last_lr=0 trains nothing: give last_lr above 0")
        if self.patience is not None and self.loss == "mse-perceptual":
            raise ValueError(
                "patience waits for a higher PSNR, which the perceptual loss gives up for its "
                "features: leave it out, or choose another loss"
            )
        if self.teacher is not None and self.loss == "mse-perceptual":
            raise ValueError(
                "the perceptual loss wants the features of HR, which a teacher replaces: leave the "
                "teacher out, or choose another loss"
            )
        if self.loss == "mse-perceptual":
            layers_to(self.vgg, self.vgg_layer)  # it refuses what is none
        return self

    @model_validator(mode="after")
    def _check_data(self) -> Self:
        known = {"blur": "blur", "noise": "noise", "rescale": "more sizes (rescale)"}
        changes = [word for name, word in known.items() if getattr(self, name)]
        if "bsd100" in self.data and changes:
            raise ValueError(
                f"BSD-100 comes with its own LR, so {' and '.join(changes)} can't be used with it: "
                f"leave {'it' if len(changes) == 1 else 'them'} out, or train on a folder of HR "
                f"pictures"
            )
        return self

    @property
    def run_folder(self) -> Path | None:
        """The run's folder: as given, else beside ``out``, else none."""
        if self.run is None and self.out is not None:
            return self.out.with_name(f"{self.out.stem}-run")
        return self.run
