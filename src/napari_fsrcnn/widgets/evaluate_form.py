"""The form of *Evaluate*: which models, on which pictures."""

from __future__ import annotations

from collections.abc import Sequence

from magicgui.widgets import ComboBox
from napari.layers import Layer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QWidget

from napari_fsrcnn.widgets.device_field import device_field
from napari_fsrcnn.widgets.evaluating import BSD100, Request
from napari_fsrcnn.widgets.layer_pictures import sift_layers
from napari_fsrcnn.widgets.model_file import ModelFileButton
from napari_fsrcnn.widgets.model_list import ModelList
from napari_fsrcnn.widgets.picture_fields import folder_field, layers_field, layers_in_words
from napari_fsrcnn.widgets.preferences import preferred

FOLDER, LAYERS = "folder", "layers"


class EvaluateForm(QWidget):
    """Fields for an evaluation.

    Attributes
    ----------
    models : ModelList
    browse : ModelFileButton
        Beside the models: to load one from a file.
    source : ComboBox
        LAYERS, FOLDER or BSD100.
    folder : FileEdit
    layers : Label
        The names of those that are selected.
    device : ComboBox
    """

    def __init__(self) -> None:
        super().__init__()
        self.models = ModelList(ticked=preferred("model"))
        self.browse = ModelFileButton()
        self.browse.loaded.connect(self.models.add)
        self.source = ComboBox(
            name="source",
            label="data",
            choices=[
                ("Selected layers", LAYERS),
                ("Folder of pictures", FOLDER),
                ("BSD-100", BSD100),
            ],
            tooltip="High-resolution pictures to measure on; LR is made from them. BSD-100, 100 "
            "photographs, is fetched where it is missing.",
        )
        self.folder = folder_field()
        self.layers = layers_field("Every plane of a stack is a picture of its own.")
        self.device = device_field()
        self._arrange()
        self.source.changed.connect(self._show_rows)
        self._show_rows()

    def request(self, selected: Sequence[Layer]) -> Request:
        """Read the form.

        Parameters
        ----------
        selected : sequence of Layer
            What is measured on, if the form says so.

        Raises
        ------
        ValueError
            If no model is ticked, or no folder or image layer is chosen.
        """
        if not self.models.ticked:
            raise ValueError("No model is ticked: tick those to measure.")
        return Request(self.models.ticked, self._data(selected), self.device.value)

    def show_layers(self, names: list[str]) -> None:
        """Say which layers are selected."""
        self.layers.value = layers_in_words(names)

    def _data(self, selected: Sequence[Layer]) -> str | tuple:
        if self.source.value == LAYERS:
            return tuple(sift_layers(selected))
        if self.source.value == BSD100:
            return BSD100
        if self.folder.value is None:
            raise ValueError("No folder is chosen: give the folder of pictures to measure on.")
        return str(self.folder.value)

    def _arrange(self) -> None:
        models = QWidget()
        row = QHBoxLayout(models)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.models, stretch=1)
        row.addWidget(self.browse, alignment=Qt.AlignmentFlag.AlignTop)
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows.addRow(QLabel("models"), models)
        for field in (self.source, self.folder, self.layers, self.device):
            label = QLabel(field.label)
            label.setToolTip(field.tooltip)
            self._rows.addRow(label, field.native)

    def _show_rows(self) -> None:
        """Show what belongs to the data."""
        for field, source in ((self.folder, FOLDER), (self.layers, LAYERS)):
            shown = self.source.value == source
            field.native.setVisible(shown)
            self._rows.labelForField(field.native).setVisible(shown)
