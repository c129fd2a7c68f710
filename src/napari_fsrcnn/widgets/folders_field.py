"""The field for several folders of pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from magicgui.widgets import PushButton, TextEdit
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFileDialog, QTextEdit

_SHOWN = 3  # lines


class FoldersField(TextEdit):
    """Holds one folder a line, which can be typed, or added by a dialog.

    Attributes
    ----------
    add : PushButton
        Asks for a folder to add.
    """

    def __init__(self) -> None:
        super().__init__(
            name="folders",
            tooltip="One folder a line. Every picture in it and in its subfolders is used; or it is "
            "an OME-Zarr image. bsd100 is BSD-100.",
        )
        self.native.setAcceptRichText(False)
        self.native.setTabChangesFocus(True)
        self.native.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.native.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        margins = 2 * round(self.native.document().documentMargin() + self.native.frameWidth())
        self.native.setFixedHeight(_SHOWN * self.native.fontMetrics().lineSpacing() + margins)
        self.add = PushButton(
            name="add_folder", text="Add folder...", tooltip="Choose a folder to train on as well"
        )
        self.add.changed.connect(self._ask)

    def get_value(self) -> Any:
        """Return the folders."""
        return tuple(line.strip() for line in super().get_value().splitlines() if line.strip())

    def set_value(self, value: Iterable[str]) -> None:
        """Write down folders."""
        super().set_value("\n".join(value))

    def _ask(self) -> None:
        last = self.value[-1] if self.value else ""
        if folder := QFileDialog.getExistingDirectory(self.native, "Train on a folder", last):
            self.set_value((*self.value, folder))
