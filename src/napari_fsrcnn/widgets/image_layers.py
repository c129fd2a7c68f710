"""What of the viewer's layers can be used, and their arrays."""

from __future__ import annotations

from typing import Any

from napari.layers import Image, Layer


def image_layer(layer: Layer | None) -> Image:
    """Return the layer if it is an image.

    Raises
    ------
    ValueError
        If there is none, or it is of another kind.
    """
    if layer is None:
        raise ValueError("No image layer is selected: open an image, or select one.")
    if not isinstance(layer, Image):
        raise ValueError(  # noqa: TRY004  of the user's choice, not of the code
            f"The layer {layer.name} is not an image: select an image layer."
        )
    return layer


def finest_level(layer: Image) -> Any:
    """Return the layer's array, of a multiscale one its finest level, without reading it."""
    return layer.data[0] if layer.multiscale else layer.data
