"""Fields for a training configuration, made from what the configuration says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, FileEdit, LineEdit, SpinBox
from magicgui.widgets.bases import Widget

from napari_fsrcnn.networks.network import SCALES
from napari_fsrcnn.networks.registry import architectures
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.widgets.device_field import device_field
from napari_fsrcnn.widgets.number_field import NumberField
from napari_fsrcnn.widgets.train_text import loss_name

_TYPED = {"hyperparameters", "rescale", "teacher"}  # where nothing is typed, there is none

_LABELS = {
    "arch": "architecture",
    "average": "average weights",
    "batch": "batch size",
    "clip": "clip gradients",
    "compile": "compile step",
    "initial": "first weights",
    "last_lr": "last layer's rate",
    "leak": "leak of gradient",
    "learn": "layers to train",
    "levels": "vary levels",
    "lr": "learning rate",
    "margin": "margin of patch",
    "patch": "patch size",
    "rescale": "more sizes",
    "start": "start from",
    "vgg": "VGG network",
    "vgg_file": "VGG weights",
    "vgg_layer": "VGG layer",
    "vgg_weight": "VGG's weight",
    "validate_every": "validate every",
    "width": "inner width",
}

_MORE_TOOLTIP = {"hyperparameters": ', such as {"d": 48, "m": 3}', "patience": "; 0: never"}


def config_field(name: str) -> Widget:
    """Make the field for one of TrainingConfig's, with its default, limits and description."""
    if name == "device":
        return device_field()
    info = TrainingConfig.model_fields[name]
    kind, limits = _kind_and_limits(info.annotation, list(info.metadata))
    common: dict[str, Any] = {
        "name": name,
        "label": _LABELS.get(name, name),
        "tooltip": (info.description or "") + _MORE_TOOLTIP.get(name, ""),
        "value": shown_value(name, info.default),
    }
    field: Any
    if name in _CHOICES:
        field = ComboBox(**common | _CHOICES[name]())
    elif get_origin(kind) is Literal:
        shown = loss_name if name == "loss" else str
        field = ComboBox(choices=[(shown(each), each) for each in get_args(kind)], **common)
    elif kind is int:
        field = SpinBox(**limits | ({"min": 0} if info.default is None else {}), **common)
    elif kind is float:
        field = NumberField(**common)
    else:
        field = LineEdit(**common) if name in _TYPED else _OTHERS[kind](**common)
    if name in _TYPED:
        field.native.setPlaceholderText("none")
    return field


def _architectures() -> dict[str, Any]:
    known = architectures()
    told = "\n".join(f"{each.name}: {each.summary}" for each in known.values())
    return {"choices": list(known), "tooltip": told}


def _scales() -> dict[str, Any]:
    return {"choices": [(f"x{scale}", scale) for scale in SCALES], "value": 2}


_CHOICES = {"arch": _architectures, "scale": _scales}


def _check_box(**common: Any) -> CheckBox:
    box = CheckBox(**common)
    box.native.setText("")  # its label stands before it, as any other's
    return box


def _file_edit(**common: Any) -> FileEdit:
    field = FileEdit(mode=FileDialogMode.EXISTING_FILE, nullable=True, **common)
    field.choose_btn.text = "..."
    return field


_OTHERS: dict[type, Callable[..., Any]] = {
    bool: _check_box,
    Path: _file_edit,
    str: LineEdit,
}


def read_value(name: str, shown: Any) -> Any:
    """Turn what a field holds into what the configuration holds.

    Raises
    ------
    ValueError
        Sizes that are no numbers, or hyperparameters that can't be read.

    Examples
    --------
    >>> read_value("rescale", "0.9, 0.8"), read_value("patience", 0), read_value("lr", 0.1)
    ((0.9, 0.8), None, 0.1)
    """
    if name == "patience":
        return shown or None
    if name == "teacher":
        return Path(shown.strip()) if shown.strip() else None
    if name == "hyperparameters":
        return _hyperparameters(shown)
    return _sizes(shown) if name == "rescale" else shown


def _hyperparameters(shown: str) -> Any:
    try:
        return json.loads(shown or "{}")
    except ValueError:
        raise ValueError(
            f'Hyperparameters are written as {{"d": 48, "m": 3}}, and not as {shown!r}.'
        ) from None


def _sizes(shown: str) -> tuple[float, ...]:
    try:
        return tuple(float(size) for size in shown.replace(",", " ").split())
    except ValueError:
        raise ValueError(
            f"Sizes are numbers between 0 and 1, such as 0.9, 0.8, and not {shown!r}."
        ) from None


def shown_value(name: str, value: Any) -> Any:
    """Turn what the configuration holds into what a field holds.

    Examples
    --------
    >>> shown_value("rescale", (0.9, 0.8)), shown_value("patience", None)
    ('0.9, 0.8', 0)
    """
    if name == "patience":
        return value or 0
    if name == "teacher":
        return "" if value is None else str(value)
    if name == "hyperparameters":
        return json.dumps(value) if value else ""
    return ", ".join(map(str, value)) if name == "rescale" else value


def _kind_and_limits(annotation: Any, metadata: list[Any]) -> tuple[Any, dict[str, Any]]:
    """Take a field's type apart: what it is but for None, and the limits of a whole number."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
        metadata = [each for info in metadata for each in getattr(info, "metadata", [info])]
    limits = {}
    for each in metadata:
        for attribute, end in (("ge", "min"), ("le", "max")):
            if hasattr(each, attribute):
                limits[end] = getattr(each, attribute)
    return get_origin(annotation) if get_origin(annotation) is tuple else annotation, limits
