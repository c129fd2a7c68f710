"""A layer as a picture whose axes have names, pixel sizes and units, as files have them."""

from __future__ import annotations

import numpy as np
from napari.layers import Image

from napari_fsrcnn.files.axes import Axis, named_axis
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.widgets.image_layers import finest_level

_LETTERS = ("t", "c", "z")


def layer_picture(layer: Image) -> OpenPicture:
    """Describe a layer's finest level, without reading it.

    Axes before Y and X are t, c and z where the layer calls them so; else they are the last of
    these. Rotation, shear and affine have no place in files and are left out
    (:func:`left_out`).
    """
    stack = [label.lower() for label in layer.axis_labels[:-2]]
    if len(set(stack)) < len(stack) or not set(stack) <= set(_LETTERS):
        letters = [letter for letter in _LETTERS if letter != "c" or not layer.rgb]
        stack = letters[len(letters) - len(stack) :] if len(stack) <= len(letters) else stack
    axes = [
        Axis(
            name,
            named_axis(name).type,
            "" if str(unit) == "pixel" else str(unit),
            float(scale),
            float(translation),
        )
        for name, unit, scale, translation in zip(
            [*stack, "y", "x"], layer.units, layer.scale, layer.translate, strict=True
        )
    ]
    if layer.rgb:
        axes.append(named_axis("c"))
    return OpenPicture(finest_level(layer), bool(layer.rgb), tuple(axes))


def left_out(layer: Image) -> str:
    """Say what of a layer's place files do not hold; nothing if they hold all of it."""
    plain = Image(np.zeros((1,) * layer.ndim))
    parts = {
        "rotation": (layer.rotate, plain.rotate),
        "shear": (layer.shear, plain.shear),
        "affine": (layer.affine.affine_matrix, plain.affine.affine_matrix),
    }
    there = [name for name, pair in parts.items() if not np.allclose(*pair)]
    if not there:
        return ""
    *others, last = there
    names = f"{', '.join(others)} and {last}" if others else last
    return f"OME-Zarr has no place for the layer's {names}."
