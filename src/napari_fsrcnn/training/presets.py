"""Ready-made recipes: values of a configuration's fields under one name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from napari_fsrcnn.training.config import TrainingConfig


@dataclass(frozen=True)
class Preset:
    """A recipe.

    Attributes
    ----------
    name : str
    summary : str
        One line for menus and help.
    values : mapping
        Fields of :class:`~napari_fsrcnn.training.config.TrainingConfig` that it sets; the others
        keep their defaults.
    """

    name: str
    summary: str
    values: Mapping[str, Any]


# The papers' convolutions pad nothing while they are trained: of 11 x 11 LR pixels at x3, or the 33 x 33
# of their enlargement, 21 x 21 and 19 x 19 pixels come out. A margin of 2 leaves 21 x 21.
#
# Their rates, 1e-4 and 1e-3, belong to Caffe's loss: half of the sum over a patch's pixels, 21
# x 21 and 19 x 19 of them. For the mean over pixels that makes 0.022 and 0.18. From FSRCNN's first
# weights 0.18 diverges within ten steps, so a sixth of it is taken.
_PAPER = {
    "loss": "mse",
    "optimizer": "sgd",
    "schedule": "constant",
    "initial": "paper",
    "leak": 0.0,
    "width": 0,
    "average": 0.0,
    "levels": False,
    "last_lr": 0.1,
}

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("fast", "SOAP, one cycle: the best network in the shortest time", {}),
        Preset(
            "fast-srcnn",
            "the same for SRCNN, which needs a lower rate and costs more a pixel",
            {"arch": "srcnn-915", "lr": 2.5e-3, "batch": 8, "patch": 16},
        ),
        Preset(
            "paper-srcnn",
            "SRCNN as published: SGD for millions of steps",
            _PAPER
            | {
                "arch": "srcnn-915",
                "lr": 0.022,
                "steps": 5_000_000,
                "batch": 128,
                "patch": 11,
                "margin": 2,
                "validate_every": 5000,
            },
        ),
        Preset(
            "paper-fsrcnn",
            "FSRCNN as published: SGD, pictures at five sizes; x2 and x4 from its x3",
            _PAPER
            | {
                "arch": "fsrcnn",
                "lr": 0.03,
                "steps": 1_000_000,
                "batch": 128,
                "patch": 11,
                "margin": 2,
                "rescale": (0.9, 0.8, 0.7, 0.6),
                "validate_every": 2000,
            },
        ),
    )
}


def apply_preset(name: str, values: Mapping[str, Any]) -> TrainingConfig:
    """Make a configuration from a preset and the values that are given beside it.

    Raises
    ------
    ValueError
        If there is no such preset; or (a pydantic.ValidationError) a value is out of its limits.

    Examples
    --------
    >>> config = apply_preset("paper-fsrcnn", {"scale": 2, "lr": 1e-4})
    >>> config.optimizer, config.lr
    ('sgd', 0.0001)
    """
    if name not in PRESETS:
        raise ValueError(f"There is no preset {name!r}; there are {', '.join(PRESETS)}.")
    return TrainingConfig(**dict(PRESETS[name].values) | dict(values))
