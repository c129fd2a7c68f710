"""How widely training should vary contrast: gain over bicubic on validation pictures.

    NAPARI_FSRCNN_DATA=FOLDER python benchmarks/contrast.py [--arch NAME] [--scale K] [--steps N]
                                                            [--seeds N]

Trains FSRCNN-s, or another network, by the default recipe on T91, General-100 and BSDS500's training
pictures, without the one that is also in Set5; for each span, from several seeds. The validation
pictures, which are a twentieth of those, are restored as they are, Y within 16 to 235 of 255, and in
whole levels spread over all of [0, 1], as pictures that are mapped by their own range have them, over
half of it and over a quarter, as dim pictures of 8 bits have them. The table gives the mean gain in
dB of each kind, and between which gains the seeds lie.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from image_sets import TRAINING_SETS
from quality_training import WOMAN
from trained import trained

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.image.protocol import LEVELS
from napari_fsrcnn.training import levels
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import prepare_data
from napari_fsrcnn.training.validation import Validator

SPANS = ((0.2, 1.2), (0.5, 1.2), (0.8, 1.2), None)
"""Those that are compared; None leaves the levels as they are."""

PARTS = (1.0, 0.5, 0.25)
"""Of [0, 1], over which the levels of the validation pictures are spread, from 0 on."""


def main() -> None:
    """Train, measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--arch", default="fsrcnn-s")
    parser.add_argument("--scale", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    config = TrainingConfig(
        arch=options.arch,
        scale=options.scale,
        steps=options.steps,
        validate_every=options.steps,
        device="cpu",
    )
    pictures = [
        pair
        for each in TRAINING_SETS.values()
        for pair in read_pairs(each.folder, config.scale)
        if pair.name != WOMAN
    ]
    pairs = prepare_data(config, pictures).validation
    kinds = [pairs, *([spread(pair, part) for pair in pairs] for part in PARTS)]
    validators = [Validator(kind, config.scale, torch.device("cpu")) for kind in kinds]
    heading = f"{options.arch} x{options.scale}, {options.steps} steps, {options.seeds} seeds"
    print(f"{heading}, {len(pairs)} pictures: gain over bicubic in dB\n")
    parts = " | ".join(f"over 0 to {part:g}" for part in PARTS)
    print(f"| span in training | as they are | {parts} |")
    print("|---" * (2 + len(PARTS)) + "|")
    for span in SPANS:
        gains = np.array(
            [
                gains_of(span, config.model_copy(update={"seed": seed}), pictures, validators)
                for seed in range(options.seeds)
            ]
        )
        name = "not varied" if span is None else f"{span[0]} to {span[1]}"
        figures = [f"{kind.mean():.3f} ({kind.min():.3f} to {kind.max():.3f})" for kind in gains.T]
        print(f"| {' | '.join([name, *figures])} |", flush=True)


def spread(pair: LumaPair, part: float) -> LumaPair:
    """Map 16 to 235 of 255 to a part of [0, 1], in whole levels of 255 again."""
    lr, hr = (
        np.rint((plane - levels.Y_LOW) / levels.Y_SPAN * part * LEVELS) / LEVELS
        for plane in (pair.lr, pair.hr)
    )
    return replace(pair, lr=lr.astype(np.float32), hr=hr.astype(np.float32))


def gains_of(
    span: tuple[float, float] | None,
    config: TrainingConfig,
    pictures: Sequence[Pair],
    validators: Sequence[Validator],
) -> list[float]:
    """Train with a span; return the gain over bicubic in dB by each validator."""
    if span is not None:
        levels.SPANS = span
    config = config.model_copy(update={"levels": span is not None})
    network = trained(config, pictures).network
    return [each.measure(network)[0] - each.bicubic_psnr for each in validators]


if __name__ == "__main__":
    main()
