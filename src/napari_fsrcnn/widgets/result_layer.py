"""Where an upscaled layer goes and how it looks: exactly over the layer that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from napari.layers import Image
from napari.utils.transforms import Affine

METADATA_KEY = "napari-fsrcnn"
"""Key of a result's provenance in ``layer.metadata``."""

_KEPT = (
    "affine",
    "attenuation",
    "axis_labels",
    "blending",
    "colormap",
    "contrast_limits",
    "custom_interpolation_kernel_2d",
    "gamma",
    "interpolation2d",
    "interpolation3d",
    "iso_threshold",
    "opacity",
    "projection_mode",
    "rendering",
    "rgb",
    "rotate",
    "shear",
    "units",
)


def layer_state(layer: Image) -> dict[str, Any]:
    """Note where a layer lies and how it looks: what :func:`upscaled_layer` needs of it."""
    _, state, _ = layer.as_layer_data_tuple()
    return {**state, "contrast_limits_range": layer.contrast_limits_range}


def upscaled_layer(
    state: Mapping[str, Any], data: Any, scale: int, *, label: str, provenance: Mapping[str, Any]
) -> Image:
    """Make the layer of an upscaled image.

    Parameters
    ----------
    state : mapping
        Of the layer that was upscaled; a multiscale one counts as its finest level.
    data : array_like or list, shape (..., scale * Y, scale * X) or (..., scale * Y, scale * X, 3 or 4)
        A list is the levels of a multiscale layer, the finest first.
    scale : int
        Enlargement of the last two axes.
    label : str
        What made it; the name becomes "<source> [<label>]".
    provenance : mapping
        Kept in ``layer.metadata["napari-fsrcnn"]``.
    """
    factors = np.ones(len(state["scale"]))
    factors[-2:] = scale
    linear = Affine(**{part: state[part] for part in ("scale", "rotate", "shear")}).linear_matrix
    layer = Image(
        data,
        name=f"{state['name']} [{label}]",
        multiscale=isinstance(data, list),
        scale=state["scale"] / factors,
        # The origin is the centre of pixel 0, and small pixels have their centres elsewhere.
        translate=state["translate"] - linear @ ((factors - 1) / (2 * factors)),
        metadata={**state["metadata"], METADATA_KEY: dict(provenance)},
        **{name: state[name] for name in _KEPT},
    )
    # A layer that is given its contrast limits takes them for the whole range of its slider.
    layer.contrast_limits_range = state["contrast_limits_range"]
    return layer
