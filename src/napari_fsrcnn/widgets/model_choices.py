"""The models that the widgets offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from textwrap import fill

from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.card_text import short_card
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import file_label, list_models, load_model, model_path
from napari_fsrcnn.widgets.session_models import session_models


@dataclass(frozen=True)
class ModelChoice:
    """One line of the drop-down: what to load, or the model itself."""

    label: str
    scale: int
    model: str | Model

    @property
    def family(self) -> str:
        """What it has in common with the like of it at other scales.

        Examples
        --------
        >>> ModelChoice("fsrcnn-s-x2", 2, "fsrcnn-s-x2").family
        'fsrcnn-s-'
        """
        return self.label.replace(f"x{self.scale}", "")

    @property
    def labelled(self) -> str | Model:
        """The model under its label: files of several folders may have one name."""
        return replace(self.model, name=self.label) if isinstance(self.model, Model) else self.model

    @property
    def card(self) -> Card:
        """What the model says of itself, without loading torch."""
        if isinstance(self.model, Model):
            return self.model.card
        return read_card(model_path(self.model))

    @property
    def tooltip(self) -> str:
        """Its short card, in lines that fit on a screen."""
        return "\n".join(fill(line, 72) for line in short_card(self.card).splitlines())


def shipped_choices() -> list[ModelChoice]:
    """List the shipped models, without loading torch."""
    return [ModelChoice(name, read_card(model_path(name)).scale, name) for name in list_models()]


def session_choices() -> list[ModelChoice]:
    """List the models trained since the viewer was opened, the latest first."""
    return [
        ModelChoice(f"{model.name} (just trained)", model.scale, model)
        for model in session_models()
    ]


def distinct(choices: Iterable[ModelChoice]) -> list[ModelChoice]:
    """Give each model a label of its own: a number behind one that is taken.

    Examples
    --------
    >>> two = ModelChoice("run/model.pth", 2, "1"), ModelChoice("run/model.pth", 2, "2")
    >>> [choice.label for choice in distinct(two)]
    ['run/model.pth', 'run/model.pth (2)']
    """
    by_label: dict[str, ModelChoice] = {}
    for choice in choices:
        names = (choice.label if n == 1 else f"{choice.label} ({n})" for n in count(1))
        label = next(name for name in names if name not in by_label)
        by_label[label] = replace(choice, label=label)
    return list(by_label.values())


def load_choice(path: Path) -> ModelChoice:
    """Load a model from a file.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`napari_fsrcnn.load_model`.
    """
    model = load_model(path)
    return ModelChoice(file_label(path), model.scale, model)
