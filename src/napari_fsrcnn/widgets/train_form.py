"""The form of *Train super-resolution*: what is to be trained, on what, and how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from magicgui.types import FileDialogMode
from magicgui.widgets import ComboBox, FileEdit, FloatSpinBox, Label, SpinBox
from magicgui.widgets.bases import Widget
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFormLayout, QLabel, QSizePolicy, QToolButton, QWidget

from napari_fsrcnn.networks.network import SCALES
from napari_fsrcnn.networks.registry import architectures
from napari_fsrcnn.training.config import Loss, TrainingConfig
from napari_fsrcnn.widgets.device_field import device_field
from napari_fsrcnn.widgets.run_location import new_run_folder
from napari_fsrcnn.widgets.train_text import loss_name

BSD100, FOLDER, LAYERS = "bsd100", "folder", "layers"

_SOURCES = [("BSD-100", BSD100), ("Folder of pictures", FOLDER), ("Selected layers", LAYERS)]
_HIGHEST = 2**31 - 1


class TrainForm(QWidget):
    """Fields for a training run; those that seldom change are folded away.

    Attributes
    ----------
    fields : dict of str to magicgui widget
        By the names of :class:`~napari_fsrcnn.training.config.TrainingConfig`, with ``source``,
        ``folder`` and ``layers`` instead of ``data``.
    fold : QToolButton
        Shows and hides those that seldom change.
    """

    def __init__(self) -> None:
        super().__init__()
        main, more = _main_fields(), _more_fields()
        self.fields: dict[str, Any] = {field.name: field for field in (*main, *more)}
        self._more = [field.name for field in more]
        self.fold = QToolButton()
        self.fold.setText("More settings")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.toggled.connect(self._show_more)
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._add_rows(main)
        self._rows.addRow(self.fold)
        self._add_rows(more)
        # However long the layers' names are, the dock keeps its width.
        names = self.fields["layers"].native
        names.setWordWrap(True)
        names.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.fields["source"].changed.connect(self._show_source)
        self._show_source()
        self._show_more(False)

    @property
    def source(self) -> str:
        """BSD100, FOLDER or LAYERS: where the pictures come from."""
        return self.fields["source"].value

    def config(self) -> TrainingConfig:
        """Read the form; the run gets a new folder.

        Raises
        ------
        ValueError
            A field is out of its limits (then a pydantic.ValidationError), or no folder is chosen.
        """
        values: dict[str, Any] = {name: field.value for name, field in self.fields.items()}
        source, folder, _ = (values.pop(name) for name in ("source", "folder", "layers"))
        if source == FOLDER and folder is None:
            raise ValueError("No folder is chosen: give the folder of pictures to train on.")
        data = {BSD100: (BSD100,), FOLDER: (str(folder),), LAYERS: ()}[source]
        run = new_run_folder(values["arch"], values["scale"])
        return TrainingConfig(data=data, run=run, **values)

    def show_layers(self, names: list[str]) -> None:
        """Say which layers are selected."""
        shown = ", ".join(names) if len(names) <= 3 else f"{len(names)} layers"
        self.fields["layers"].value = shown or "none: select some in the layer list"

    def offer_devices(self) -> None:
        """Ask for the devices again, once torch is loaded."""
        self.fields["device"].reset_choices()

    def _add_rows(self, fields: Iterable[Widget]) -> None:
        for field in fields:
            label = QLabel(field.label)
            label.setToolTip(field.tooltip)
            self._rows.addRow(label, field.native)

    def _show_source(self) -> None:
        self._show_row("folder", shown=self.source == FOLDER)
        self._show_row("layers", shown=self.source == LAYERS)

    def _show_more(self, shown: bool) -> None:  # noqa: FBT001  Qt's signal gives it by position
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
        for name in self._more:
            self._show_row(name, shown=shown)

    def _show_row(self, name: str, *, shown: bool) -> None:
        field = self.fields[name].native
        field.setVisible(shown)
        if label := self._rows.labelForField(field):
            label.setVisible(shown)


def _main_fields() -> list[Widget]:
    known = architectures()
    return [
        ComboBox(
            name="source",
            label="data",
            choices=_SOURCES,
            tooltip="Pictures to learn from. BSD-100, 100 photographs, is fetched where it is "
            "missing.",
        ),
        FileEdit(
            name="folder",
            mode=FileDialogMode.EXISTING_DIRECTORY,
            nullable=True,
            tooltip="Every picture in it and in its subfolders is used.",
        ),
        Label(name="layers", tooltip="Every plane of a stack is a picture of its own."),
        ComboBox(
            name="arch",
            label="architecture",
            choices=list(known),
            tooltip="\n".join(f"{each.name}: {each.summary}" for each in known.values()),
        ),
        ComboBox(
            name="scale",
            choices=[(f"x{scale}", scale) for scale in SCALES],
            tooltip=_description("scale"),
        ),
        SpinBox(name="steps", value=2000, min=1, max=_HIGHEST, tooltip=_description("steps")),
        device_field(),
    ]


def _more_fields() -> list[Widget]:
    return [
        ComboBox(
            name="loss",
            choices=[(loss_name(loss), loss) for loss in get_args(Loss)],
            tooltip=_description("loss"),
        ),
        SpinBox(
            name="patch",
            label="patch size",
            value=24,
            min=1,
            max=4096,
            tooltip=_description("patch"),
        ),
        SpinBox(
            name="batch",
            label="batch size",
            value=16,
            min=1,
            max=4096,
            tooltip=_description("batch"),
        ),
        FloatSpinBox(
            name="lr",
            label="learning rate",
            value=1e-3,
            min=0,
            max=1,
            step=1e-5,
            tooltip=_description("lr"),
        ),
        SpinBox(name="seed", value=0, min=0, max=_HIGHEST, tooltip=_description("seed")),
        SpinBox(
            name="validate_every",
            label="validate every",
            value=200,
            min=1,
            max=_HIGHEST,
            tooltip=_description("validate_every"),
        ),
    ]


def _description(field: str) -> str:
    return TrainingConfig.model_fields[field].description or ""
