"""The button that loads a model from a file."""

from __future__ import annotations

from pathlib import Path

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtWidgets import QFileDialog, QPushButton

from napari_fsrcnn.widgets.model_choices import ModelChoice, load_choice


class ModelFileButton(QPushButton):
    """Asks for a file and loads the model in a thread; it rests meanwhile.

    Attributes
    ----------
    began : Signal(Path)
        A file is being loaded.
    loaded : Signal(Path, ModelChoice)
    failed : Signal(str)
        Why not, in a sentence.
    """

    began = Signal(Path)
    loaded = Signal(Path, ModelChoice)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__("...")
        self.setToolTip("Load a model from a file")
        self.clicked.connect(self._ask)

    def load(self, path: Path) -> None:
        """Load a model."""
        self._path = path
        self.setEnabled(False)
        self.began.emit(path)
        create_worker(
            load_choice,
            path,
            _connect={
                "returned": self._end,
                "errored": self._fail,
            },
        )

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Load a model", "", "Models (*.safetensors *.mat *.pth);;All files (*)"
        )
        if path:
            self.load(Path(path))

    def _end(self, choice: ModelChoice) -> None:
        self.setEnabled(True)
        self.loaded.emit(self._path, choice)

    def _fail(self, error: Exception) -> None:
        self.setEnabled(True)
        if not isinstance(error, ValueError | OSError):
            raise error
        self.failed.emit(str(error))
