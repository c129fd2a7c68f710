"""The button that saves a trained model where the user wants it."""

from __future__ import annotations

from pathlib import Path

from napari.utils.notifications import show_error
from psygnal import Signal
from qtpy.QtWidgets import QPushButton

from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.save_dialog import ask_where_to_save

SUFFIX = "safetensors"


class SaveButton(QPushButton):
    """Asks for a file and writes the model there; it rests as long as there is no model.

    Attributes
    ----------
    saved : Signal(Path)
        The file, once it is written.
    """

    saved = Signal(Path)

    def __init__(self) -> None:
        super().__init__("Save model as...")
        self.setToolTip("Write the trained model to a file of its own")
        self._model: Model | None = None
        self.setEnabled(False)
        self.clicked.connect(self._ask)

    def offer(self, model: Model) -> None:
        """Offer to save a model."""
        self._model = model
        self.setEnabled(True)

    def save(self, path: Path) -> None:
        """Write the model, or say why that can't be done."""
        if self._model is None:
            return
        try:
            save_checkpoint(path, self._model)
        except OSError as error:
            show_error(f"The model could not be saved. {error}")
        else:
            self.saved.emit(path)

    def _ask(self) -> None:
        if self._model is None:
            return
        name = f"{self._model.name}.{SUFFIX}"
        if path := ask_where_to_save(self, "Save model as", "Models", name):
            self.save(path)
