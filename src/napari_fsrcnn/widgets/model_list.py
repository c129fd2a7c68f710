"""The models that can be measured, to be ticked."""

from __future__ import annotations

from dataclasses import replace

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QListWidget, QListWidgetItem

from napari_fsrcnn.widgets.model_choices import ModelChoice, session_choices, shipped_choices

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
        self._files: list[ModelChoice] = []
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

    def add(self, choice: ModelChoice) -> None:
        """Offer a model from a file, and tick it."""
        labels = [each.label for each in self.ticked]
        self._files.append(choice)
        self.follow_models()
        self.tick(*labels, self._choices[-1].label)

    def follow_models(self) -> None:
        """Offer the models that there are now; those that are ticked stay so."""
        labels = [each.label for each in self.ticked]
        self._choices = _distinct([*shipped_choices(), *session_choices(), *self._files])
        self.clear()
        for choice in self._choices:
            QListWidgetItem(choice.label, self).setToolTip(choice.tooltip)
        self.tick(*labels)


def _distinct(choices: list[ModelChoice]) -> list[ModelChoice]:
    """Give the label of each model its scale, where it lacks it, and a number, where it is taken.

    Examples
    --------
    >>> [
    ...     each.label
    ...     for each in _distinct([ModelChoice("a.pth", 2, "1"), ModelChoice("a.pth", 2, "2")])
    ... ]
    ['a.pth x2', 'a.pth x2 (2)']
    """
    distinct: dict[str, ModelChoice] = {}
    for choice in choices:
        scale = f"x{choice.scale}"
        label = name = choice.label if scale in choice.label else f"{choice.label} {scale}"
        n = 1
        while label in distinct:
            n += 1
            label = f"{name} ({n})"
        distinct[label] = replace(choice, label=label)
    return list(distinct.values())
