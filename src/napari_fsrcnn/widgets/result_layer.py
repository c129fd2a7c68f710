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


def upscaled_layer(
    source: Image, data: Any, scale: int, *, label: str, provenance: Mapping[str, Any]
) -> Image:
    """Make the layer of an upscaled image.

    Parameters
    ----------
    source : Image
        The layer that was upscaled; a multiscale one counts as its finest level.
    data : array_like or list, shape (..., scale * Y, scale * X) or (..., scale * Y, scale * X, 3 or 4)
        A list is the levels of a multiscale layer, the finest first.
    scale : int
        Enlargement of the last two axes.
    label : str
        What made it; the name becomes "<source> [<label>]".
    provenance : mapping
        Kept in ``layer.metadata["napari-fsrcnn"]``.
    """
    state = source.as_layer_data_tuple()[1]
    factors = np.ones(source.ndim)
    factors[-2:] = scale
    linear = Affine(**{part: state[part] for part in ("scale", "rotate", "shear")}).linear_matrix
    layer = Image(
        data,
        name=f"{source.name} [{label}]",
        multiscale=isinstance(data, list),
        scale=state["scale"] / factors,
        # The origin is the centre of pixel 0, and small pixels have their centres elsewhere.
        translate=state["translate"] - linear @ ((factors - 1) / (2 * factors)),
        metadata={**state["metadata"], METADATA_KEY: dict(provenance)},
        **{name: state[name] for name in _KEPT},
    )
    # A layer that is given its contrast limits takes them for the whole range of its slider.
    layer.contrast_limits_range = source.contrast_limits_range
    return layer
