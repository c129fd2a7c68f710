"""What the last self-test found, and the button for its map."""

from __future__ import annotations

from typing import Any

from napari.layers import Image
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.widgets.region_layer import region_layer
from napari_fsrcnn.widgets.self_test_text import self_test_note, self_test_text


class SelfTestView(QWidget):
    """Hidden until there is something to show.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel

    Attributes
    ----------
    text, note : QLabel
    map_button : QPushButton
        Puts the gain by region into the viewer.
    """

    def __init__(self, viewer: Any) -> None:
        super().__init__()
        self._viewer = viewer
        self._shown: tuple[Image, SelfTest] | None = None
        self._map: Image | None = None
        self.text, self.note = QLabel(), QLabel()
        for label in (self.text, self.note):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.map_button = QPushButton("Show gain by region")
        self.map_button.setToolTip(
            "Add a layer of what the best model gains over bicubic around each pixel, in dB: green "
            "where it is better, pink where it is worse"
        )
        self.map_button.clicked.connect(self.add_map)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.text, self.map_button, self.note):
            layout.addWidget(part)
        self.hide()

    def show_result(self, layer: Image, result: SelfTest) -> None:
        """Show what was found on a layer."""
        self._shown, self._map = (layer, result), None
        self.text.setText(self_test_text(layer.name, result))
        self.note.setText(self_test_note(result))
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        self._shown = self._map = None
        self.hide()

    def add_map(self) -> None:
        """Put the map on top of all layers, where the tested one lies or lay, or show it again."""
        if self._shown is None:
            return
        if self._map is None or self._map not in self._viewer.layers:
            self._map = self._viewer.add_layer(region_layer(*self._shown))
        self._map.visible = True
