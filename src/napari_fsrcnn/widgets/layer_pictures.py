"""The image layers of the viewer as pictures to learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from napari.layers import Image, Layer

from napari_fsrcnn.datasets.luma import luma_pair
from napari_fsrcnn.datasets.pairs import Pair, Unusable, all_usable, check_pair, sift
from napari_fsrcnn.image.alignment import find_shift
from napari_fsrcnn.image.layout import check_picture
from napari_fsrcnn.image.read import read
from napari_fsrcnn.image.sampled_range import sample_usable_range
from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.widgets.image_layers import finest_level, image_layer

FARTHEST = 0.5
"""LR pixels that HR and LR may be shifted against each other."""


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

    @property
    def stack_shape(self) -> tuple[int, ...]:
        """Lengths of the axes before Y and X."""
        return tuple(self.data.shape[: -3 if self.rgb else -2])

    @property
    def plane_shape(self) -> tuple[int, int]:
        """Pixels along Y and along X."""
        height, width = self.data.shape[-3:-1] if self.rgb else self.data.shape[-2:]
        return int(height), int(width)


def take_pictures(layers: Iterable[Layer]) -> list[LayerPicture]:
    """Take what the chosen layers show, without reading it.

    Raises
    ------
    ValueError
        No layer is chosen, or one is not an image layer.
    """
    images = [image_layer(layer) for layer in layers]
    if not images:
        raise ValueError("No layer is selected: select image layers in the layer list.")
    return [LayerPicture(each.name, finest_level(each), bool(each.rgb)) for each in images]


def sift_layers(layers: Sequence[Layer]) -> list[LayerPicture | Unusable]:
    """Take what the chosen layers show, and go on after one that is no image.

    Raises
    ------
    ValueError
        No layer is chosen, or none is an image layer.
    """
    images = [layer for layer in layers if isinstance(layer, Image)]
    others = [layer for layer in layers if not isinstance(layer, Image)]
    return [
        *take_pictures(images or others),
        *(Unusable(layer.name, ValueError("it is not an image.")) for layer in others),
    ]


def read_planes(picture: LayerPicture, scale: int) -> Iterator[Pair]:
    """Read a layer plane by plane; alpha is left out.

    Yields
    ------
    Pair
        HR alone, named as the layer; of a stack ``"<layer>/<index>"``, and of several stack axes
        ``"<layer>/<index>,<index>"``.

    Raises
    ------
    ValueError
        A plane is no picture (complex, NaN), or too small to be shrunk by the scale.
    """
    return all_usable(sift_planes(picture, scale))


def sift_planes(picture: LayerPicture, scale: int) -> Iterator[Pair | Unusable]:
    """Read a layer as :func:`read_planes` does, and go on after a plane that can't be used."""
    return sift(picture.name, _readings(picture, None), scale)


def hr_and_lr(layers: Sequence[LayerPicture]) -> tuple[LayerPicture, LayerPicture]:
    """Tell by their sizes which of two layers is HR and which LR.

    Raises
    ------
    ValueError
        There are not two, or neither is larger than the other along both Y and X.
    """
    if len(layers) != 2:
        raise ValueError(f"A pair is two layers, HR and LR, and not {len(layers)}: select two.")
    lr, hr = sorted(layers, key=lambda layer: layer.plane_shape)
    if any(large <= small for large, small in zip(hr.plane_shape, lr.plane_shape, strict=True)):
        raise ValueError(
            f"{hr.name} ({_size(hr)}) and {lr.name} ({_size(lr)}) are no pair of HR and LR: "
            "HR must have more pixels along both Y and X."
        )
    return hr, lr


def read_layer_pair(hr: LayerPicture, lr: LayerPicture, scale: int) -> Iterator[Pair]:
    """Read two layers plane by plane as HR and the LR that was recorded; alpha is left out.

    Yields
    ------
    Pair
        Named after the HR layer, as by :func:`read_planes`.

    Raises
    ------
    ValueError
        The layers differ in the number of planes, in dtype or colour, are not related by the
        scale, or are shifted by more than half an LR pixel; a plane is no picture.
    """
    if hr.stack_shape != lr.stack_shape:
        raise ValueError(
            f"{hr.name} has {_planes(hr)} and {lr.name} has {_planes(lr)}: HR and LR must have the "
            "same."
        )
    for _, read_pair in _readings(hr, lr):
        pair = check_pair(read_pair(), scale)
        _check_alignment(pair, lr.name, scale)
        yield pair


def _readings(
    hr: LayerPicture, lr: LayerPicture | None
) -> Iterator[tuple[str, Callable[[], Pair]]]:
    """Name each plane, and say how to read it; they share the layer's value range."""
    with _named(hr):
        value_range = sample_usable_range(hr.data, rgb=hr.rgb)
    for index in np.ndindex(hr.stack_shape):
        yield _name(hr, index), partial(_pair, hr, lr, index, value_range)


def _pair(
    hr: LayerPicture, lr: LayerPicture | None, index: tuple[int, ...], value_range: ValueRange
) -> Pair:
    low = None if lr is None else _plane(lr, index)
    stack = hr.name if hr.stack_shape else ""
    plane = _plane(hr, index)
    return Pair(_name(hr, index), plane, low, hr.rgb, stack, value_range, label=hr.name)


@contextmanager
def _named(picture: LayerPicture) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"The layer {picture.name} can't be used. {error}") from error


def _check_alignment(pair: Pair, lr_name: str, scale: int) -> None:
    planes = luma_pair(pair, scale)
    shift = find_shift(planes.hr, planes.lr, scale)
    if shift is not None and shift.length > FARTHEST:
        raise ValueError(
            f"{lr_name} lies {abs(shift.y):.1f} LR pixels {'below' if shift.y > 0 else 'above'} and "
            f"{abs(shift.x):.1f} {'right' if shift.x > 0 else 'left'} of where {pair.name} has the "
            "same structures: register the two layers first, since a network would learn the shift."
        )


def _plane(picture: LayerPicture, index: tuple[int, ...]) -> np.ndarray:
    plane = read(picture.data[index])
    with _named(picture):
        check_picture(plane, rgb=picture.rgb)
    return plane[..., :3] if picture.rgb else plane


def _name(picture: LayerPicture, index: tuple[int, ...]) -> str:
    return f"{picture.name}/{','.join(map(str, index))}" if index else picture.name


def _size(picture: LayerPicture) -> str:
    return " x ".join(map(str, picture.plane_shape))


def _planes(picture: LayerPicture) -> str:
    shape = picture.stack_shape
    return f"{' x '.join(map(str, shape))} planes" if shape else "a single plane"
