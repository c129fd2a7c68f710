"""How widely training should vary contrast: gain over bicubic on validation pictures.

    NAPARI_FSRCNN_DATA=FOLDER python benchmarks/contrast.py [--archs NAME ...] [--scale K]
                                                    [--steps N] [--seeds N]

Trains FSRCNN and FSRCNN-s, or other networks, by the default recipe on T91, General-100 and
BSDS500's training pictures, without the one that is also in Set5; for each span, from several
seeds. The validation pictures, which are a twentieth of those, are restored as they are, Y within 16
to 235 of 255, and with their levels spread over all of [0, 1], as pictures that are mapped by their
own range have them. The table gives the mean gain in dB, of both kinds of picture and of each, and
between which gains the seeds lie.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import torch
from image_sets import TRAINING_SETS
from quality_training import WOMAN

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.training import levels
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import prepare_data
from napari_fsrcnn.training.events import Finished
from napari_fsrcnn.training.train import train
from napari_fsrcnn.training.validation import Validator
from napari_fsrcnn.weights.model import Model

SPANS = ((0.5, 1.2), (0.8, 1.2), (0.2, 1.2), (0.5, 1.0), None)
"""Those that are compared; None leaves the levels as they are."""


def main() -> None:
    """Train, measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--archs", nargs="+", default=["fsrcnn", "fsrcnn-s"])
    parser.add_argument("--scale", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    config = TrainingConfig(
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
    validators = [
        Validator(kind, config.scale, torch.device("cpu"))
        for kind in (pairs, [spread(pair) for pair in pairs])
    ]
    print(
        f"x{options.scale}, {options.steps} steps, {options.seeds} seeds, {len(pairs)} pictures\n"
    )
    print(
        "| network | levels spread over | both (dB) | of seeds | as they are | over all of [0, 1] |"
    )
    print("|---" * 6 + "|")
    for arch, span in product(options.archs, SPANS):
        gains = np.array(
            [
                gains_of(
                    span,
                    config.model_copy(update={"arch": arch, "seed": seed}),
                    pictures,
                    validators,
                )
                for seed in range(options.seeds)
            ]
        )
        both = gains.mean(axis=1)
        name = "not varied" if span is None else f"{span[0]} to {span[1]}"
        figures = [f"{both.mean():.3f}", f"{both.min():.3f} to {both.max():.3f}"]
        figures += [f"{gain:.3f}" for gain in gains.mean(axis=0)]
        print(f"| {' | '.join([arch, name, *figures])} |", flush=True)


def spread(pair: LumaPair) -> LumaPair:
    """Map 16 to 235 of 255 to [0, 1]; such pictures have no whole levels."""
    lr, hr = ((plane - levels.Y_LOW) / levels.Y_SPAN for plane in (pair.lr, pair.hr))
    return replace(pair, lr=lr, hr=hr, whole_levels=False)


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


def trained(config: TrainingConfig, pictures: Sequence[Pair]) -> Model:
    """Train to the end."""
    for event in train(config, pictures=pictures):
        if isinstance(event, Finished) and event.model is not None:
            return event.model
    raise AssertionError("A training ends with a model.")


if __name__ == "__main__":
    main()
