"""The fields that *Train* and *Evaluate* take pictures from: a folder, or the selected layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from magicgui.types import FileDialogMode
from magicgui.widgets import FileEdit, Label
from napari.layers import Layer
from qtpy.QtWidgets import QSizePolicy


def folder_field() -> FileEdit:
    """Make the field for a folder of pictures."""
    return FileEdit(
        name="folder",
        mode=FileDialogMode.EXISTING_DIRECTORY,
        nullable=True,
        tooltip="Every picture in it and in its subfolders is used; or an OME-Zarr image.",
    )


def layers_field(tooltip: str) -> Label:
    """Make the field that names layers; however long the names are, the dock keeps its width."""
    field = Label(name="layers", tooltip=tooltip)
    field.native.setWordWrap(True)
    field.native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return field


def layers_in_words(names: Sequence[str]) -> str:
    """Name a few layers, or count many.

    Examples
    --------
    >>> layers_in_words(["cells", "nuclei"]), layers_in_words("abcd")
    ('cells, nuclei', '4 layers')
    """
    shown = ", ".join(names) if len(names) <= 3 else f"{len(names)} layers"
    return shown or "none: select some in the layer list"


def selected_layers(viewer: Any) -> list[Layer]:
    """List the selected layers in the order of the layer list."""
    return [layer for layer in viewer.layers if layer in viewer.layers.selection]
