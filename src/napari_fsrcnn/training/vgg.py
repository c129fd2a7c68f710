"""The layers of VGG-16 and VGG-19 under the names that the literature gives them."""

from __future__ import annotations

from typing import Literal

Vgg = Literal["vgg16", "vgg19"]

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of the convolutions in each of the five blocks."""

_CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def layer_names(vgg: Vgg) -> tuple[str, ...]:
    """Name all layers before the classifier, in order.

    Parameters
    ----------
    vgg : {"vgg16", "vgg19"}

    Returns
    -------
    tuple of str
        ``convB_I`` and ``reluB_I`` for the I-th convolution of block B, and ``poolB`` at the end of
        a block (Simonyan and Zisserman, 2015, table 1, columns D and E). A layer's place is the
        number that it has in torchvision's ``features``.

    Examples
    --------
    >>> layer_names("vgg16")[:6]
    ('conv1_1', 'relu1_1', 'conv1_2', 'relu1_2', 'pool1', 'conv2_1')
    """
    names: list[str] = []
    for block, convolutions in enumerate(_CONVOLUTIONS[vgg], start=1):
        for number in range(1, convolutions + 1):
            names += [f"conv{block}_{number}", f"relu{block}_{number}"]
        names.append(f"pool{block}")
    return tuple(names)


def layers_to(vgg: Vgg, layer: str) -> tuple[str, ...]:
    """Name the layers up to and with the one whose output is wanted.

    Parameters
    ----------
    vgg : {"vgg16", "vgg19"}
    layer : str
        A convolution before (``conv2_2``) or after (``relu2_2``) its ReLU.

    Raises
    ------
    ValueError
        If there is no such layer.

    Examples
    --------
    >>> layers_to("vgg16", "conv1_2")
    ('conv1_1', 'relu1_1', 'conv1_2')
    """
    names = layer_names(vgg)
    if layer not in names or layer.startswith("pool"):
        known = ", ".join(name for name in names if name.startswith("relu"))
        raise ValueError(
            f"VGG-{vgg[3:]} has no layer {layer!r}: choose one of {known}, or one of these with "
            f"conv in place of relu."
        )
    return names[: names.index(layer) + 1]
