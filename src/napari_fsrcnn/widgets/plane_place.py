"""Where a plane of a layer lies: on the last two axes of the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from napari.layers import Image
from napari.utils.transforms import Affine


@dataclass(frozen=True)
class PlanePlace:
    """The place of a plane; by itself, that of a picture from elsewhere.

    Attributes
    ----------
    pixel : tuple of two float
        Its pixels' sizes along Y and X.
    affine : Affine
        What is applied on top of them.
    units : tuple
        Of the sizes.
    """

    pixel: tuple[float, ...] = (1, 1)
    affine: Affine = field(default_factory=lambda: Affine(ndim=2))
    units: tuple[Any, ...] = ("pixel", "pixel")

    def take(self, plane: Image, size: int = 1) -> None:
        """Put a layer there whose pixels are so many of the plane's; both have the same corner."""
        plane.scale = [size * width for width in self.pixel]
        # The origin is the centre of the first pixel.
        plane.translate = [(size - 1) / 2 * width for width in self.pixel]
        plane.affine = self.affine
        plane.units = self.units


def plane_place(layer: Image | None) -> PlanePlace:
    """Find the place of a layer's planes; without a layer, that of a picture from elsewhere."""
    if layer is None:
        return PlanePlace()
    own = Affine(
        scale=layer.scale, rotate=layer.rotate, shear=layer.shear, translate=layer.translate
    )
    pixel = tuple(layer.scale[-2:])
    affine = layer.affine.compose(own).set_slice([layer.ndim - 2, layer.ndim - 1])
    affine = affine.compose(Affine(scale=1 / layer.scale[-2:]))
    if np.isclose(np.linalg.det(affine.linear_matrix), 0):  # seen from the side it is but a line
        affine = Affine(ndim=2)
    return PlanePlace(pixel, affine, layer.units[-2:])
