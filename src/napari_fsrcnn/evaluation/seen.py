"""Which pictures a model was trained or chosen on: figures taken from them say little of others."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.image.fingerprint import fingerprint
from napari_fsrcnn.weights.model import Model

_MOST_VALUES = 16 * 10**6  # that fingerprints are taken of: no more than a part of a second


def pictures_seen(model: Model) -> frozenset[str]:
    """Names and fingerprints of the pictures that a model was trained or chosen on.

    As far as its file tells: older ones tell names alone, imported weights neither.
    """
    training = model.card.training
    return frozenset() if training is None else training.pictures | training.all_fingerprints


def is_seen(picture: Pair | LumaPair | Unusable, seen: frozenset[str]) -> bool:
    """Tell whether a picture is among those of :func:`pictures_seen`, by its name or its values."""
    if isinstance(picture, Unusable):
        return picture.name in seen
    return not seen.isdisjoint((picture.name, picture.fingerprint))


def fingerprints_of(image: Any, *, rgb: bool) -> frozenset[str]:
    """Fingerprints of the planes of a picture or stack that lies in memory and is not too large.

    Parameters
    ----------
    image : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        Nothing is read of a dask or Zarr array.
    rgb : bool
        Whether the last axis is colour; alpha is left out.
    """
    if not isinstance(image, np.ndarray) or image.size > _MOST_VALUES:
        return frozenset()
    image = image[..., :3] if rgb else image
    stack = image.shape[: -3 if rgb else -2]
    return frozenset(fingerprint(image[index]) for index in np.ndindex(stack))
