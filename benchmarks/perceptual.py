"""What the perceptual term does on BSD100: MSE alone against MSE plus VGG features.

    NAPARI_FSRCNN_DATA=FOLDER python benchmarks/perceptual.py [--steps N] [--weights W [W ...]]

FOLDER holds vgg16/vgg16_relu3_3.npz; BSD100 is taken from there or fetched. Everything is x4: the
networks learn from BSD100's training split with its own LR, from the same first weights and the
same patches, and are measured after the last step on its test split. PSNR and SSIM are on Y. The
distance is made as in LPIPS (Zhang et al., 2018), but from VGG-16 on Y and without learnt weights
of the channels: features of unit length at each position, squared difference, mean over positions;
"all" is the mean over relu1_2, relu2_2 and relu3_3. Training sees relu2_2, so relu3_3 is also
printed alone. With the default number of steps about ten minutes on one core. Ends with exit code 1
if, with a weight, PSNR, SSIM or one of the distances is not below that of MSE alone.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from trained import trained

from napari_fsrcnn.datasets.luma import luma_pair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.datasets.split import split_names
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.inference.prepared import prepare
from napari_fsrcnn.inference.tiles import upscale_plane
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.perceptual import PerceptualLoss, perceptual_loss
from napari_fsrcnn.weights.model import Model

SCALE = 4
LAYERS = ("relu1_2", "relu2_2", "relu3_3")


class Row(NamedTuple):
    """What a model reaches, in the mean over the pictures."""

    psnr: float
    ssim: float
    distance: float
    unseen: float
    """Distance in the layer that training does not see."""


def main() -> int:
    """Train, measure, and print the table; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--weights", type=float, nargs="+", default=[1e-7, 1e-6])
    options = parser.parse_args()
    torch.set_num_threads(1)
    vgg_file = Path(os.environ["NAPARI_FSRCNN_DATA"], "vgg16", "vgg16_relu3_3.npz")
    vgg = perceptual_loss("vgg16", LAYERS[-1], vgg_file, "cpu")
    pairs = read_pairs("bsd100", SCALE)
    test = split_names([pair.name for pair in pairs]).test
    pictures = [pair for pair in pairs if pair.name in test]
    config = TrainingConfig(
        data=("bsd100",),
        scale=SCALE,
        loss="mse",
        steps=options.steps,
        validate_every=options.steps,
        batch=8,
        patch=16,
        device="cpu",
        vgg_file=vgg_file,
    )
    print(f"FSRCNN(56,12,4) x{SCALE}, {options.steps} steps, {len(pictures)} test pictures\n")
    print("| | PSNR (dB) | SSIM | VGG distance, all | VGG distance, relu3_3 |")
    print("|---|---|---|---|---|")
    print_row("bicubic", "bicubic", pictures, vgg)
    mse = print_row("MSE", trained(config), pictures, vgg)
    missed = False
    for weight in options.weights:
        changes = {"loss": "mse-perceptual", "vgg_weight": weight}
        model = trained(config.model_copy(update=changes))
        row = print_row(f"MSE + {weight:g} x relu2_2", model, pictures, vgg)
        missed |= not all(value < alone for value, alone in zip(row, mse, strict=True))
    return int(missed)


def print_row(name: str, model: Model | str, pictures: Sequence[Pair], vgg: PerceptualLoss) -> Row:
    """Print and return the means over the pictures."""
    result = evaluate(model, pictures, SCALE, lr="given", device="cpu")
    distances = np.mean([picture_distances(model, pair, vgg) for pair in pictures], axis=0)
    row = Row(result.psnr, result.ssim, float(distances.mean()), float(distances[-1]))
    print(
        f"| {name} | {row.psnr:.2f} | {row.ssim:.4f} | {row.distance:.4f} | {row.unseen:.4f} |",
        flush=True,
    )
    return row


@torch.no_grad()
def picture_distances(model: Model | str, pair: Pair, vgg: PerceptualLoss) -> list[float]:
    """Distance of a restored picture from HR by the features of each layer."""
    planes = luma_pair(pair, SCALE)
    if isinstance(model, Model):
        network = prepare(model.network, torch.device("cpu"))
        restored = upscale_plane(network, torch.from_numpy(planes.lr))
    else:
        restored = torch.from_numpy(imresize(planes.lr, SCALE))
    batch = torch.stack([restored.float().clamp(0, 1), torch.from_numpy(planes.hr)])[:, None]
    features = (batch - vgg.mean) / vgg.std
    distances = []
    for name, layer in vgg.layers.named_children():
        features = layer(features)
        if name in LAYERS:
            distances.append(squared_distance(features))
    return distances


def squared_distance(features: Tensor) -> float:
    """Mean over positions between the two of a batch, each vector of channels of length 1."""
    restored, hr = functional.normalize(features, dim=1)
    return float((restored - hr).square().sum(0).mean())


if __name__ == "__main__":
    raise SystemExit(main())
