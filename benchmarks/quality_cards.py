"""What the shipped files' own cards say of use, limits and licence, and their figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from quality_results import Result
from quality_training import LOOKED_AT, WOMAN, known, record_of

from napari_fsrcnn.weights.card import DatasetFigures, TrainingRecord
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
    record = record_of(model)
    sets = [known(label) for label in record.data]
    card = model.card.model_copy(
        update={
            "figures": tuple(figures(each, record) for each in results if each.model == model.name),
            "intended_use": INTENDED_USE,
            "limits": LIMITS,
            "weights_license": LICENSE,
            "training_terms": "; ".join(f"{each.name}: {each.terms}" for each in sets),
        }
    )
    save_checkpoint(model_path(model.name), replace(model, card=card))


def figures(result: Result, record: TrainingRecord) -> DatasetFigures:
    """Take a row as the figures of the card of a model with this training record."""
    return DatasetFigures(
        dataset=result.dataset,
        pictures=result.pictures,
        psnr=result.psnr,
        ssim=result.ssim,
        bicubic_psnr=result.bicubic_psnr,
        bicubic_ssim=result.bicubic_ssim,
        note=note(result.dataset, record),
    )


def note(dataset: str, record: TrainingRecord) -> str:
    """Tell what of a test set had been seen before a model with this record was measured on it."""
    if dataset != "Set5":
        return ""
    seen = f" Its img_005 shows the training picture {WOMAN}, cropped and shrunk."
    return LOOKED_AT + (seen if WOMAN in record.pictures else "")
