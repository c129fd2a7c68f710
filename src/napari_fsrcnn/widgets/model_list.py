"""The models that can be measured, to be ticked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QListWidget, QListWidgetItem

from napari_fsrcnn.widgets.model_choices import (
    ModelChoice,
    distinct,
    session_choices,
    shipped_choices,
)

_ROWS = 6  # that are seen without scrolling


class ModelList(QListWidget):
    """Shipped models, those just trained, and those from files.

    Parameters
    ----------
    ticked : str
        The label of the model that is ticked at first.
    """

    def __init__(self, ticked: str) -> None:
        super().__init__()
        self._files: dict[Path, ModelChoice] = {}
        self._choices: list[ModelChoice] = []
        self.setToolTip("Shipped, just trained, or from a file (...): tick those to measure")
        self.setSpacing(1)
        self.setFixedHeight(_ROWS * (self.fontMetrics().height() + 4))
        self.follow_models()
        self.tick(ticked)

    @property
    def ticked(self) -> tuple[ModelChoice, ...]:
        """The models that are ticked, each with a label of its own."""
        return tuple(
            choice
            for row, choice in enumerate(self._choices)
            if self.item(row).checkState() == Qt.CheckState.Checked
        )

    def tick(self, *labels: str) -> None:
        """Tick the models of these labels, and no others."""
        for row, choice in enumerate(self._choices):
            state = Qt.CheckState.Checked if choice.label in labels else Qt.CheckState.Unchecked
            self.item(row).setCheckState(state)

    def add(self, path: Path, choice: ModelChoice) -> None:
        """Offer a model from a file, in place of what was loaded from there before; tick it."""
        labels = [each.label for each in self.ticked]
        self._files[path] = choice
        self.follow_models()
        (added,) = (each.label for each in self._choices if each.model is choice.model)
        self.tick(*labels, added)

    def follow_models(self) -> None:
        """Offer the models that there are now; those that are ticked stay so."""
        labels = [each.label for each in self.ticked]
        models = [*shipped_choices(), *session_choices(), *self._files.values()]
        self._choices = distinct(map(_with_scale, models))
        self.clear()
        for choice in self._choices:
            QListWidgetItem(choice.label, self).setToolTip(choice.tooltip)
        self.tick(*labels)


def _with_scale(choice: ModelChoice) -> ModelChoice:
    """Give a label its scale, where it lacks it."""
    scale = f"x{choice.scale}"
    return choice if scale in choice.label else replace(choice, label=f"{choice.label} {scale}")
