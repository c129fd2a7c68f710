"""The curves of a run as files."""

from __future__ import annotations

import csv
from pathlib import Path

from qtpy.QtGui import QPixmap
from qtpy.QtWidgets import QWidget

from napari_fsrcnn.files.atomic import atomic_path

COLUMNS = ("step", "loss", "psnr", "bicubic_psnr")
"""Columns of the CSV file; PSNR in dB."""

_SHARPNESS = 2  # pixels of the picture, in each direction, for one on the screen


def write_csv(
    path: Path,
    loss: list[tuple[int, float]],
    psnr: list[tuple[int, float]],
    bicubic: float | None,
) -> None:
    """Write a row for each step at which the loss or the PSNR is known; what is not is empty.

    Raises
    ------
    OSError
        The file can't be written; one that was there stays.
    """
    losses, scores = dict(loss), dict(psnr)
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for step in sorted({*losses, *scores}):
            writer.writerow([step, losses.get(step), scores.get(step), bicubic])


def write_png(path: Path, plots: QWidget) -> None:
    """Draw the plots into a picture twice as fine as the screen.

    Raises
    ------
    OSError
        The file can't be written; one that was there stays.
    """
    picture = QPixmap(plots.size() * _SHARPNESS)
    picture.setDevicePixelRatio(_SHARPNESS)
    plots.render(picture)
    with atomic_path(path) as temporary:
        if not picture.save(str(temporary), "PNG"):
            raise OSError(f"The picture {path.name} could not be written to {path.parent}.")
