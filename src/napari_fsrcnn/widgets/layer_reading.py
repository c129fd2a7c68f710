"""How the chosen layers are read: each as HR, or two as HR and the LR that was recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from napari.layers import Layer

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.widgets.layer_pictures import (
    LayerPicture,
    hr_and_lr,
    read_layer_pair,
    read_planes,
    take_pictures,
)

Reader = Callable[[], list[Pair]]
"""Reads the pictures, in any thread."""


def layers_reader(layers: Sequence[Layer], scale: int) -> tuple[Reader, Layer]:
    """Prepare to read each layer as HR.

    Returns
    -------
    Reader
        Raises ValueError as :func:`~napari_fsrcnn.widgets.layer_pictures.read_planes`.
    Layer
        The first one, whose pixels are HR's.

    Raises
    ------
    ValueError
        No layer is chosen, or one is no image layer.
    """
    return partial(read_layers, take_pictures(layers), scale), layers[0]


def pair_reader(layers: Sequence[Layer], scale: int) -> tuple[Reader, Layer]:
    """Prepare to read two layers as HR and LR.

    Returns
    -------
    Reader
        Raises ValueError as :func:`~napari_fsrcnn.widgets.layer_pictures.read_layer_pair`.
    Layer
        HR's.

    Raises
    ------
    ValueError
        They are not two image layers, one smaller than the other.
    """
    pictures = take_pictures(layers)
    hr, lr = hr_and_lr(pictures)
    return lambda: list(read_layer_pair(hr, lr, scale)), layers[pictures.index(hr)]


def read_layers(pictures: Sequence[LayerPicture], scale: int) -> list[Pair]:
    """Read every plane of the layers.

    Raises
    ------
    ValueError
        As :func:`~napari_fsrcnn.widgets.layer_pictures.read_planes`.
    """
    return [pair for picture in pictures for pair in read_planes(picture, scale)]
