"""The figures of several models as a table in a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from napari_fsrcnn.evaluation.figures import ModelScore, mean_scores
from napari_fsrcnn.files.atomic import atomic_path

COLUMNS = (
    "picture",
    "model",
    "scale",
    "psnr",
    "bicubic_psnr",
    "psnr_gain",
    "ssim",
    "bicubic_ssim",
    "ssim_gain",
)
"""PSNR and its gain in dB."""


def write_csv(path: Path, scores: Sequence[ModelScore]) -> None:
    """Write a row for each picture by each model, then one with the means of each model.

    Raises
    ------
    OSError
        The file can't be written; one that was there stays.
    """
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for score in (*scores, *mean_scores(scores)):
            image = score.image
            writer.writerow(
                [
                    image.name,
                    score.model,
                    score.scale,
                    *(getattr(image, column) for column in COLUMNS[3:]),
                ]
            )
