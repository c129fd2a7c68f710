"""The form of *Upscale*: which layer, by which model, and held against which reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from magicgui.widgets import ComboBox
from napari.layers import Image
from qtpy.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from napari_fsrcnn.widgets.device_field import device_field
from napari_fsrcnn.widgets.image_layers import finest_level, image_layer
from napari_fsrcnn.widgets.model_choices import (
    ModelChoice,
    distinct,
    session_choices,
    shipped_choices,
)
from napari_fsrcnn.widgets.model_file import ModelFileButton
from napari_fsrcnn.widgets.preferences import preferred
from napari_fsrcnn.widgets.result_layer import METADATA_KEY
from napari_fsrcnn.widgets.self_testing import SelfTestRequest
from napari_fsrcnn.widgets.upscaling import Request

MODEL_TOOLTIP = "Shipped, just trained, or from a file (...): those of this scale"


class UpscaleForm(QWidget):
    """Fields that follow the viewer's layers and the models that there are.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel

    Attributes
    ----------
    layer, scale, model, color, device, precision, reference : magicgui.widgets.ComboBox
    browse : ModelFileButton
        Beside the models: to load one from a file.
    """

    def __init__(self, viewer: Any) -> None:
        super().__init__()
        self._viewer = viewer
        self._files: dict[Path, ModelChoice] = {}
        self._followed: Any = None
        self.layer = ComboBox(
            name="layer",
            choices=self._images,
            tooltip="The image layer to upscale\nIts last two axes are upscaled, whichever are shown",
        )
        self.scale = ComboBox(
            name="scale", choices=self._scales, tooltip="Enlargement; each model has its own"
        )
        self.model = ComboBox(name="model", choices=self._models, tooltip=MODEL_TOOLTIP)
        self.color = ComboBox(
            name="color",
            label="colour",
            choices=[("luma only", "luma"), ("each channel", "channels")],
            tooltip="What the network enlarges of a colour layer: luma, and bicubic the hue (for "
            "photographs), or each channel (for fluorescence)",
        )
        self.device = device_field()
        self.precision = ComboBox(
            name="precision",
            choices=["float32", "bf16", "fp16"],
            tooltip="Of the network's arithmetic. Half precision (fp16 only on GPUs) is faster on "
            "some devices; by how much it deviates is then told",
        )
        self.reference = ComboBox(
            name="reference",
            choices=self._references,
            nullable=True,
            tooltip="An HR layer to measure PSNR and SSIM against, for the model and for bicubic",
        )
        self.reference.null_string = "none"
        self.browse = ModelFileButton()
        self._arrange()
        self.scale.changed.connect(self._follow_scale)
        self.layer.changed.connect(self._follow_layer)
        viewer.layers.events.inserted.connect(self._follow_layers)
        viewer.layers.events.removed.connect(self._follow_layers)
        viewer.layers.events.renamed.connect(self._follow_layers)
        viewer.layers.selection.events.active.connect(self._follow_active)
        self._follow_active()
        self._follow_layer()
        self._choose_preferred_model()
        self.model.changed.connect(self._show_card)
        self._show_card()

    def request(self) -> tuple[Image, Request]:
        """Read the form.

        Returns
        -------
        Image
            The chosen layer.
        Request
            What to do with it.

        Raises
        ------
        ValueError
            If no layer or no model is chosen, or only one of layer and reference is colour.
        """
        layer = image_layer(self.layer.value)
        choice, reference = self.model.value, self.reference.value
        if choice is None:
            raise ValueError("No model is chosen: load one from a file, or train one.")
        if reference is not None and reference.rgb != layer.rgb:
            raise ValueError(
                f"Of {layer.name} and {reference.name} only one is colour, so they can't be "
                f"compared: choose another reference, or none."
            )
        return layer, Request(
            image=finest_level(layer),
            rgb=bool(layer.rgb),
            model=choice.model,
            scale=choice.scale,
            color=self.color.value,
            device=self.device.value,
            precision=self.precision.value,
            reference=None if reference is None else finest_level(reference),
        )

    def self_test_request(self) -> tuple[Image, SelfTestRequest]:
        """Read the form for a test of all models of the chosen scale.

        Returns
        -------
        Image
            The chosen layer.
        SelfTestRequest

        Raises
        ------
        ValueError
            If no layer is chosen, or there is no model.
        """
        layer = image_layer(self.layer.value)
        models = self._models_of_scale()
        if not models:
            raise ValueError("There is no model to test: load one from a file, or train one.")
        return layer, SelfTestRequest(
            image=finest_level(layer),
            rgb=bool(layer.rgb),
            scale=self.scale.value,
            models=tuple(choice.labelled for choice in models),
            color=self.color.value,
            device=self.device.value,
        )

    def add_model(self, path: Path, choice: ModelChoice) -> None:
        """Offer a model from a file, in place of what was loaded from there before; choose it."""
        self._files[path] = choice
        self.follow_models()
        self.scale.value = choice.scale
        (self.model.value,) = (m for m in self._models_of_scale() if m.model is choice.model)

    def follow_models(self) -> None:
        """Offer the models that there are now; what is chosen stays chosen."""
        self.scale.reset_choices()
        self.model.reset_choices()

    def _arrange(self) -> None:
        models = QWidget()
        row = QHBoxLayout(models)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.model.native, stretch=1)
        row.addWidget(self.browse)
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields = (self.layer, self.scale, self.model, self.color, self.device, self.precision)
        for field in (*fields, self.reference):
            # A long name must not widen the dock.
            field.native.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            field.native.setMinimumContentsLength(8)
            label = QLabel(field.label)
            label.setToolTip(field.tooltip)
            rows.addRow(label, models if field is self.model else field.native)

    def _choose_preferred_model(self) -> None:
        for choice in shipped_choices():
            if choice.model == preferred("model"):
                self.scale.value = choice.scale
                self.model.value = choice

    def _images(self, _: object) -> list[Image]:
        return [layer for layer in self._viewer.layers if isinstance(layer, Image)]

    def _references(self, field: object) -> list[Image]:
        return [layer for layer in self._images(field) if layer != self.layer.value]

    def _all_models(self) -> list[ModelChoice]:
        return [*shipped_choices(), *session_choices(), *self._files.values()]

    def _models_of_scale(self) -> list[ModelChoice]:
        return distinct(m for m in self._all_models() if m.scale == self.scale.value)

    def _scales(self, _: object) -> list[tuple[str, int]]:
        return [(f"x{scale}", scale) for scale in sorted({m.scale for m in self._all_models()})]

    def _models(self, _: object) -> list[tuple[str, ModelChoice]]:
        return [(m.label, m) for m in self._models_of_scale()]

    def _show_card(self) -> None:
        """Let the field's tooltip tell of the model that is chosen."""
        choice = self.model.value
        more = "" if choice is None else f"\n\n{choice.tooltip}"
        self.model.tooltip = MODEL_TOOLTIP + more

    def _follow_scale(self) -> None:
        """Offer the models of the scale; that of the same family is chosen, if there is one."""
        before = self.model.value
        self.model.reset_choices()
        for choice in self.model.choices:
            if before is not None and choice.family == before.family:
                self.model.value = choice

    def _follow_layers(self) -> None:
        self.layer.reset_choices()
        self.reference.reset_choices()
        # Else a layer that comes in, a result too, would undo what was chosen here.
        if self._viewer.layers.selection.active != self._followed:
            self._follow_active()

    def _follow_active(self) -> None:
        """Choose the layer that is selected, unless it is a result or the reference."""
        active = self._viewer.layers.selection.active
        if (
            active in self.layer.choices
            and active != self.reference.value
            and METADATA_KEY not in active.metadata
        ):
            self._followed = active
            self.layer.value = active

    def _follow_layer(self) -> None:
        self.reference.reset_choices()
        layer = self.layer.value
        self.color.enabled = bool(layer is not None and layer.rgb)
