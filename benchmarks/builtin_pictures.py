"""PSNR and SSIM of the shipped models on pictures that scikit-image carries, as a reference for a test.

    python benchmarks/builtin_pictures.py [--write]

Prints the figures; with ``--write`` they become those that tests/weights/test_shipped_figures.py
holds the shipped files to. Needs no image set and takes seconds. To be written again when files are
added or replaced by better ones.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from skimage import data

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.files.atomic import atomic_path
from napari_fsrcnn.weights.shipped import list_models, load_model

REFERENCE = Path(__file__).parents[1] / "tests/weights/shipped-figures.json"

NAMES = ("astronaut", "brick", "camera", "chelsea", "coffee", "page")
SIDE = 144
"""Pixels of the square that is cut out of each picture's middle: a multiple of 2, 3 and 4."""


def pictures() -> list[Pair]:
    """Cut the pictures."""
    pairs = []
    for name in NAMES:
        picture = getattr(data, name)()
        top, left = ((length - SIDE) // 2 for length in picture.shape[:2])
        crop = picture[top : top + SIDE, left : left + SIDE]
        pairs.append(Pair(f"scikit-image/{name}", crop, None, rgb=picture.ndim == 3))
    return pairs


def measure(name: str) -> dict[str, list[float]]:
    """Measure a shipped model: PSNR in dB and SSIM for each picture."""
    model = load_model(name)
    scores = evaluate(model, pictures(), model.scale, device="cpu").images
    return {
        score.name.partition("/")[2]: [round(score.psnr, 3), round(score.ssim, 5)]
        for score in scores
    }


def main(arguments: list[str]) -> None:
    """Print the figures, and write them if asked."""
    lines = [f"  {json.dumps(name)}: {json.dumps(measure(name))}" for name in list_models()]
    text = "{\n" + ",\n".join(lines) + "\n}"
    print(text)
    if "--write" in arguments:
        with atomic_path(REFERENCE) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
