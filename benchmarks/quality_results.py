"""Figures of every model on every test set, as rows that a CSV file holds."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from image_sets import ImageSet
from quality_models import BICUBIC, Measured

from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.files.atomic import atomic_path


@dataclass(frozen=True)
class Result:
    """Means over a set's pictures, on Y: PSNR in dB and SSIM; weights and multiply-adds."""

    model: str
    by: str
    architecture: str
    scale: int
    dataset: str
    pictures: int
    psnr: float
    ssim: float
    bicubic_psnr: float
    bicubic_ssim: float
    weights: int
    multiply_adds: int
    weights_sha256: str
    date: str


def measure(measured: Measured, data: ImageSet, date: str) -> Result:
    """Measure a model as ``napari-fsrcnn evaluate`` does.

    Raises
    ------
    ValueError
        If the model has seen pictures of the test set, or one of them can't be measured.
    """
    model = BICUBIC if measured.model is None else measured.model
    figures = evaluate(model, data.folder, measured.scale, device="cpu")
    if figures.left_out:
        raise ValueError(
            f"{measured.name} was trained or chosen on {figures.left_out} pictures of {data.name}."
        )
    if figures.unusable:
        raise ValueError(figures.unusable[0].sentence)
    return Result(
        measured.name,
        measured.by,
        measured.architecture,
        measured.scale,
        data.name,
        len(figures.images),
        round(figures.psnr, 4),
        round(figures.ssim, 5),
        round(figures.bicubic_psnr, 4),
        round(figures.bicubic_ssim, 5),
        measured.weights,
        measured.multiply_adds,
        measured.checksum,
        date,
    )


def write_csv(path: Path, results: Iterable[Result]) -> None:
    """Write the rows."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Result)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(result) for result in results)
