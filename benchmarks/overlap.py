"""Test pictures that are parts of training pictures, cut out and perhaps shrunk.

    python benchmarks/overlap.py [--train FOLDER ...] [--test FOLDER ...]

By default the image sets in the folder that NAPARI_FSRCNN_DATA names. Small copies of the training
pictures at 0.4 to 1 of their size are searched for each test picture by normalised
cross-correlation of Y; what is found is looked at again at half of the test picture's size. A table
lists the pairs with their scale and correlation. Pictures under 64 pixels a side, and mirrored or
turned ones, are not found.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from image_sets import TEST_SETS, TRAINING_SETS
from numpy.typing import NDArray
from skimage.feature import match_template
from skimage.transform import resize

from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.image.protocol import luma

SCALES = np.geomspace(0.4, 1, 20)
COARSE, FINE = 8, 2  # by how much both are shrunk
SUSPICIOUS, FOUND = 0.7, 0.9  # correlations, small and at half size
LEAST = 8  # pixels of a small picture: in fewer everything looks alike

Plane = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Overlap:
    """A test picture in a training picture of ``scale`` its size."""

    test: str
    training: str
    scale: float
    correlation: float


def read(folders: Sequence[Path]) -> dict[str, Plane]:
    """Read Y of all pictures of some folders."""
    return {pair.name: luma(pair.hr) for folder in folders for pair in read_pairs(folder, 2)}


def overlaps(training: dict[str, Plane], test: dict[str, Plane]) -> Iterator[Overlap]:
    """Find the test pictures that are parts of training pictures."""
    small = {name: shrunk(plane, 1 / COARSE) for name, plane in test.items()}
    for name, whole in training.items():
        smaller = shrunk(whole, 2 / COARSE)  # so that twenty copies are quickly made
        copies = {scale: shrunk(smaller, scale / 2) for scale in SCALES}
        for part, template in small.items():
            coarse = {scale: correlation(copy, template) for scale, copy in copies.items()}
            scale = max(coarse, key=lambda each: coarse[each])
            if coarse[scale] < SUSPICIOUS:
                continue
            found = max(closely(whole, test[part], scale))
            if found[0] >= FOUND:
                yield Overlap(part, name, found[1], found[0])


def closely(whole: Plane, part: Plane, about: float) -> Iterator[tuple[float, float]]:
    """Correlate at half size, at the scales around one; give correlation and scale."""
    template = shrunk(part, 1 / FINE)
    for scale in about * np.linspace(0.96, 1.04, 17):
        yield correlation(shrunk(whole, scale / FINE), template), scale


def correlation(whole: Plane, part: Plane) -> float:
    """Find the highest normalised cross-correlation of a part with a whole; 0 if it can't be in."""
    room = [inside - length for inside, length in zip(whole.shape, part.shape, strict=True)]
    if min(room) < -1 or min(part.shape) < LEAST:
        return 0.0
    part = part[: whole.shape[0], : whole.shape[1]]  # sizes are rounded
    return float(match_template(whole, part).max()) if part.std() > 0 else 0.0


def shrunk(plane: Plane, scale: float) -> Plane:
    """Resize without aliases."""
    size = [max(round(scale * length), 1) for length in plane.shape]
    smaller: Plane = resize(plane, size, order=1, anti_aliasing=True)
    return smaller


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", nargs="+", type=Path, help="folders of training pictures")
    parser.add_argument("--test", nargs="+", type=Path, help="folders of test pictures")
    options = parser.parse_args()
    training = options.train or [each.folder for each in TRAINING_SETS.values()]
    test = options.test or [each.folder for each in TEST_SETS]
    print("| test picture | training picture | scale | correlation |")
    print("|---|---|---|---|")
    for each in overlaps(read(training), read(test)):
        print(
            f"| {each.test} | {each.training} | {each.scale:.3f} | {each.correlation:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
