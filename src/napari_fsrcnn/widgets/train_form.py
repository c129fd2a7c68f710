"""The form of *Train*: what is to be trained, on what, and how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from magicgui.widgets import ComboBox, PushButton
from magicgui.widgets.bases import Widget
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QFormLayout, QLabel, QToolButton, QWidget

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.presets import PRESETS
from napari_fsrcnn.widgets.folders_field import FoldersField
from napari_fsrcnn.widgets.picture_fields import layers_field, layers_in_words
from napari_fsrcnn.widgets.preset_field import PresetField
from napari_fsrcnn.widgets.run_location import new_run_folder
from napari_fsrcnn.widgets.train_fields import config_field, read_value, shown_value

BSD100, FOLDERS, LAYERS, PAIR = "bsd100", "folders", "layers", "pair"

_SOURCES = [
    ("BSD-100", BSD100),
    ("Folders of pictures", FOLDERS),
    ("Selected layers", LAYERS),
    ("HR and LR layers", PAIR),
]

_ELSEWHERE = {"data", "stop_after", "out", "run"}
_FIRST = ("arch", "scale", "steps", "device")
ADVANCED = tuple(name for name in TrainingConfig.model_fields if name not in {*_ELSEWHERE, *_FIRST})
"""Fields that are folded away, in the order of the configuration."""

_A_MINUTE = {"steps": 2000, "validate_every": 200}
_NO_RECIPE = {"scale", "device", "seed"}
_PERCEPTUAL = {"vgg", "vgg_layer", "vgg_weight", "vgg_file"}


class TrainForm(QWidget):
    """Fields for a training run: recipes first, and those that seldom change folded away.

    Attributes
    ----------
    fields : dict of str to magicgui widget
        By the names of :class:`~napari_fsrcnn.training.config.TrainingConfig`, with ``preset``,
        and with ``source``, ``folders`` and ``layers`` instead of ``data``.
    fold : QToolButton
        Shows and hides those that seldom change.
    """

    def __init__(self) -> None:
        super().__init__()
        main = [*_data_fields(), PresetField(), *map(config_field, _FIRST)]
        more = [config_field(name) for name in ADVANCED]
        self.fields: dict[str, Any] = {field.name: field for field in (*main, *more)}
        self._recipe = [name for name in (*_FIRST, *ADVANCED) if name not in _NO_RECIPE]
        self.fold = QToolButton()
        self.fold.setText("Advanced")
        self.fold.setToolTip("Show or hide what seldom changes")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 4, 0)  # between fields and scroll bar
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._add_rows(main)
        self._rows.addRow(self.fold)
        self._add_rows(more)
        self._apply_preset()
        self._show_rows()
        self.fold.toggled.connect(self._show_rows)
        self.fields["preset"].changed.connect(self._apply_preset)
        # Chosen once more, it is no change to magicgui, but undoes what was changed.
        self.fields["preset"].native.activated.connect(self._apply_preset)
        for name in ("source", "loss"):
            self.fields[name].changed.connect(self._show_rows)
        for name in self._recipe:
            self.fields[name].changed.connect(self._compare_with_preset)

    @property
    def source(self) -> str:
        """BSD100, FOLDERS, LAYERS or PAIR: where the pictures come from."""
        return self.fields["source"].value

    def config(self) -> TrainingConfig:
        """Read the form; the run gets a new folder.

        Raises
        ------
        ValueError
            A field is out of its limits (then a pydantic.ValidationError), or no folder is chosen.
        """
        folders = self.fields["folders"].value
        if self.source == FOLDERS and not folders:
            raise ValueError("No folder is chosen: give the folder of pictures to train on.")
        values = self._values((*_FIRST, *ADVANCED))
        data = {BSD100: (BSD100,), FOLDERS: folders, LAYERS: (), PAIR: ()}[self.source]
        run = new_run_folder(values["arch"], values["scale"])
        return TrainingConfig(data=data, run=run, **values)

    def show_config(self, config: TrainingConfig) -> None:
        """Fill in the form from a configuration."""
        if config.data:
            self.fields["source"].value = BSD100 if config.data == (BSD100,) else FOLDERS
        if self.source == FOLDERS:
            self.fields["folders"].value = config.data
        self._fill_in({name: getattr(config, name) for name in (*_FIRST, *ADVANCED)})

    def show_layers(self, names: list[str]) -> None:
        """Say which layers are selected."""
        self.fields["layers"].value = layers_in_words(names)

    def offer_devices(self) -> None:
        """Ask for the devices again, once torch is loaded."""
        self.fields["device"].reset_choices()

    def _values(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: read_value(name, self.fields[name].value) for name in names}

    def _preset_values(self) -> dict[str, Any]:
        fields = TrainingConfig.model_fields
        defaults = {name: fields[name].default for name in self._recipe}
        return defaults | _A_MINUTE | dict(PRESETS[self.fields["preset"].value].values)

    def _apply_preset(self) -> None:
        self._fill_in(self._preset_values())

    def _fill_in(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            self.fields[name].value = shown_value(name, value)
        self._compare_with_preset()

    def _compare_with_preset(self) -> None:
        wanted = self._preset_values()
        shown = {name: self.fields[name].value for name in wanted}
        changed = any(shown[name] != shown_value(name, value) for name, value in wanted.items())
        self.fields["preset"].mark(changed=changed)

    def _add_rows(self, fields: Iterable[Widget]) -> None:
        for field in fields:
            label = QLabel("" if isinstance(field, PushButton) else field.label)
            label.setToolTip(field.tooltip)
            if isinstance(field.native, QComboBox):
                # A long choice must not widen the dock.
                field.native.setSizeAdjustPolicy(
                    QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
                )
                field.native.setMinimumContentsLength(12)
            self._rows.addRow(label, field.native)

    def _show_rows(self) -> None:
        """Show what belongs to the choices that are made."""
        unfolded = self.fold.isChecked()
        arrow = Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
        for name in ("folders", "add_folder"):
            self._show_row(name, shown=self.source == FOLDERS)
        self._show_row("layers", shown=self.source in (LAYERS, PAIR))
        perceptual = self.fields["loss"].value == "mse-perceptual"
        for name in ADVANCED:
            self._show_row(name, shown=unfolded and (perceptual or name not in _PERCEPTUAL))

    def _show_row(self, name: str, *, shown: bool) -> None:
        field = self.fields[name].native
        field.setVisible(shown)
        if label := self._rows.labelForField(field):
            label.setVisible(shown)


def _data_fields() -> list[Widget]:
    folders = FoldersField()
    return [
        ComboBox(
            name="source",
            label="data",
            choices=_SOURCES,
            tooltip="Pictures to learn from. BSD-100, 100 photographs, is fetched where it is "
            "missing.",
        ),
        folders,
        folders.add,
        layers_field(
            "Every plane of a stack is a picture of its own. Of a pair, the layer with more pixels "
            "is HR."
        ),
    ]
