"""The figures of several models as a table in a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from napari_fsrcnn.evaluation.figures import ModelScore, counted_scores, mean_scores
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
    "data_range",
    "counted",
    "pictures",
)
"""PSNR and its gain in dB; of ``pictures`` that the row is of, ``counted`` are in the mean."""


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
        for score, counts in zip(scores, counted_scores(scores), strict=True):
            writer.writerow(_row(score, int(counts), 1))
        for mean in mean_scores(scores):
            writer.writerow(_row(mean, mean.counted, mean.pictures))


def _row(score: ModelScore, counted: int, pictures: int) -> list[object]:
    figures = (getattr(score.image, column) for column in COLUMNS[3:-2])
    return [score.image.name, score.model, score.scale, *figures, counted, pictures]
