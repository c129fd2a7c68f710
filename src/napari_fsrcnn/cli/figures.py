"""PSNR and SSIM as the cells of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_fsrcnn.image.gain import gain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_fsrcnn.evaluation.figures import ImageScore
    from napari_fsrcnn.evaluation.score import Evaluation

_FEW = 5  # data ranges that a line holds


def psnr_cells(evaluation: Evaluation) -> list[str]:
    """PSNR in dB of the model and of bicubic, and the gain."""
    return _cells(evaluation.psnr, evaluation.bicubic_psnr, 2)


def ssim_cells(evaluation: Evaluation) -> list[str]:
    """SSIM of the model and of bicubic, and the gain."""
    return _cells(evaluation.ssim, evaluation.bicubic_ssim, 4)


def data_range_in_words(images: Sequence[ImageScore]) -> str:
    """Tell the data range of PSNR and SSIM; of pictures that differ, each of theirs if few."""
    from napari_fsrcnn.evaluation.figures import data_ranges

    ranges = [f"{each:g}" for each in data_ranges(images)]
    if len(ranges) <= _FEW:
        return f"data_range {', '.join(ranges)}"
    return f"data_range {ranges[0]} to {ranges[-1]}: --json tells each picture's"


def _cells(model: float, bicubic: float, digits: int) -> list[str]:
    gained = gain(model, bicubic)
    return [f"{model:.{digits}f}", f"{bicubic:.{digits}f}", f"{gained:+z.{digits}f}"]
