"""What the shipped files' own cards say of use, limits and licence, and their figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from quality_results import Result
from quality_training import known, record_of

from napari_fsrcnn.weights.card import DatasetFigures
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import model_path

INTENDED_USE = "enlarging photographs and the like, and comparing methods of super-resolution"
LIMITS = (
    "learnt from photographs shrunk by MATLAB's bicubic, without noise, blur or compression: other "
    "pictures may gain nothing. Detail that it adds is likely, not measured; don't measure, count "
    "or diagnose by it."
)
LICENSE = (
    "CC BY-NC 4.0: among the training pictures are some for non-commercial research and education"
)


def write_card(model: Model, results: Iterable[Result]) -> None:
    """Write a shipped model's figures, use, limits and licences into its file; the weights stay."""
    sets = [known(label) for label in record_of(model).data]
    card = model.card.model_copy(
        update={
            "figures": tuple(figures(each) for each in results if each.model == model.name),
            "intended_use": INTENDED_USE,
            "limits": LIMITS,
            "weights_license": LICENSE,
            "training_terms": "; ".join(f"{each.name}: {each.terms}" for each in sets),
        }
    )
    save_checkpoint(model_path(model.name), replace(model, card=card))


def figures(result: Result) -> DatasetFigures:
    """Take a row as the figures of a card."""
    return DatasetFigures(
        dataset=result.dataset,
        pictures=result.pictures,
        psnr=result.psnr,
        ssim=result.ssim,
        bicubic_psnr=result.bicubic_psnr,
        bicubic_ssim=result.bicubic_ssim,
    )
