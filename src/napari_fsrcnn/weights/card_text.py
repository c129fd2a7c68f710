"""A model's card in words: whole for the command line, short for a tooltip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from napari_fsrcnn.image.gain import gain
from napari_fsrcnn.weights.card import Card, DatasetFigures, TrainingRecord, Validation

NOT_STATED = "not stated"


def card_rows(card: Card) -> list[tuple[str, str]]:
    """Tell all that a card says, but for the pictures' names.

    Returns
    -------
    list of (str, str)
        What it is about, and what is said of it.
    """
    settings = ", ".join(f"{name} {value}" for name, value in card.hyperparameters.items())
    return [
        ("architecture", f"{card.architecture} ({settings})" if settings else card.architecture),
        ("scale", f"x{card.scale}"),
        ("works on", f"{card.color_space}; values mapped to [0, 1]: {card.value_range}"),
        *_history(card),
        *((figures.dataset, _on(figures)) for figures in card.figures),
        ("intended use", card.intended_use or NOT_STATED),
        ("limits", card.limits or NOT_STATED),
        ("licence of the weights", card.weights_license or NOT_STATED),
        ("training pictures", card.training_terms or NOT_STATED),
    ]


def short_card(card: Card) -> str:
    """Tell where the weights come from, how good they are and what they may be used for.

    Examples
    --------
    >>> print(short_card(Card(architecture="fsrcnn", hyperparameters={}, scale=2, origin="a.mat")))
    fsrcnn x2, from a.mat
    Licence of the weights: not stated
    """
    first = f"{card.architecture} x{card.scale}"
    if card.origin:
        first += f", from {card.origin}"
    if card.training is not None:
        first += f", trained on {', '.join(card.training.data)}"
    lines = [first]
    lines += [
        f"{each.dataset}: {each.psnr:.2f} dB, {gain(each.psnr, each.bicubic_psnr):+z.2f} to bicubic; "
        f"SSIM {each.ssim:.4f}{_noted(each)}"
        for each in card.figures
    ]
    if not card.figures and card.validation is not None:
        lines.append(f"Validation: {_chosen(card.validation)}")
    if card.intended_use:
        lines.append(f"Meant for: {card.intended_use}")
    if card.limits:
        lines.append(f"Limits: {card.limits}")
    lines.append(f"Licence of the weights: {card.weights_license or NOT_STATED}")
    if card.training_terms:
        lines.append(f"Training pictures: {card.training_terms}")
    return "\n".join(lines)


def _history(card: Card) -> Iterator[tuple[str, str]]:
    if card.origin:
        yield "origin", card.origin
    if card.training is not None:
        yield from _trainings(card.training)
    if card.validation is not None:
        yield "validation", _chosen(card.validation)


def _trainings(last: TrainingRecord) -> Iterator[tuple[str, str]]:
    """Tell the last training, then those that it started from; of pictures, what is new."""
    stage, shown = "training", ""
    record: TrainingRecord | None = last
    while record is not None:
        yield stage, _course(record)
        counts = f"pictures: {len(record.train)}, and {len(record.validation)} for validation"
        pictures = f"{', '.join(record.data)} ({counts})"
        if pictures != shown:
            yield "trained on", pictures
        if teacher := record.config.get("teacher"):
            yield "taught by", Path(teacher).stem
        shown, record = pictures, record.start
        scale = None if record is None else record.config.get("scale")
        stage = f"before it, at x{scale}" if scale else "before it"


def _course(record: TrainingRecord) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    machine = f" on {record.machine}" if record.machine else ""
    return (
        f"{record.step:,} steps in {in_words(record.seconds)}{machine}, {record.date}, {versions}"
    )


def _chosen(validation: Validation) -> str:
    gained = gain(validation.psnr, validation.bicubic_psnr)
    return (
        f"{validation.psnr:.2f} dB, bicubic {validation.bicubic_psnr:.2f} ({gained:+z.2f}); "
        f"pictures: {validation.pictures}, step: {validation.step:,}"
    )


def _on(figures: DatasetFigures) -> str:
    gained = gain(figures.psnr, figures.bicubic_psnr)
    return (
        f"{figures.psnr:.2f} dB / {figures.ssim:.4f}, bicubic {figures.bicubic_psnr:.2f} dB / "
        f"{figures.bicubic_ssim:.4f} ({gained:+z.2f} dB); pictures: {figures.pictures}"
        f"{_noted(figures)}"
    )


def _noted(figures: DatasetFigures) -> str:
    return f". {figures.note}" if figures.note else ""


def in_words(seconds: float) -> str:
    """Tell a time in the unit that suits it.

    Examples
    --------
    >>> in_words(42), in_words(1634), in_words(40_000)
    ('42 s', '27 min', '11.1 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
