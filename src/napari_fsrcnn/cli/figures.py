"""PSNR and SSIM as the cells of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_fsrcnn.image.gain import gain

if TYPE_CHECKING:
    from napari_fsrcnn.evaluation.score import Evaluation


def psnr_cells(evaluation: Evaluation) -> list[str]:
    """PSNR in dB of the model and of bicubic, and the gain."""
    return _cells(evaluation.psnr, evaluation.bicubic_psnr, 2)


def ssim_cells(evaluation: Evaluation) -> list[str]:
    """SSIM of the model and of bicubic, and the gain."""
    return _cells(evaluation.ssim, evaluation.bicubic_ssim, 4)


def _cells(model: float, bicubic: float, digits: int) -> list[str]:
    gained = gain(model, bicubic)
    return [f"{model:.{digits}f}", f"{bicubic:.{digits}f}", f"{gained:+z.{digits}f}"]
