"""The image layers of the viewer as pictures to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Layer

from napari_fsrcnn.datasets.pairs import Pair, check_pair
from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.widgets.image_layers import finest_level, image_layer


@dataclass(frozen=True, eq=False)
class LayerPicture:
    """What training needs of an image layer: it can be read in a thread, unlike the layer.

    Attributes
    ----------
    name : str
    data : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        As the layer holds it: numpy, dask, Zarr; of a multiscale layer the finest level.
    rgb : bool
    """

    name: str
    data: Any
    rgb: bool


def take_pictures(layers: Iterable[Layer]) -> list[LayerPicture]:
    """Take what the chosen layers show, without reading it.

    Raises
    ------
    ValueError
        No layer is chosen, or one is not an image layer.
    """
    images = [image_layer(layer) for layer in layers]
    if not images:
        raise ValueError(
            "No layer is selected: select the image layers to train on in the layer list."
        )
    return [LayerPicture(each.name, finest_level(each), bool(each.rgb)) for each in images]


def read_planes(picture: LayerPicture, scale: int) -> Iterator[Pair]:
    """Read a layer plane by plane; alpha is left out.

    Yields
    ------
    Pair
        HR alone, named ``"<layer>/<index>"``; of several stack axes ``"<layer>/<index>,<index>"``.

    Raises
    ------
    ValueError
        A plane is no picture (complex, NaN), or too small to be shrunk by the scale.
    """
    axes = 3 if picture.rgb else 2
    for index in np.ndindex(*picture.data.shape[:-axes]):
        plane = np.asarray(picture.data[index])
        try:
            check_picture(plane, rgb=picture.rgb)
        except ValueError as error:
            raise ValueError(f"The layer {picture.name} can't be used. {error}") from error
        name = f"{picture.name}/{','.join(map(str, index)) or 0}"
        hr = plane[..., :3] if picture.rgb else plane
        yield check_pair(Pair(name, hr, None, picture.rgb), scale)
