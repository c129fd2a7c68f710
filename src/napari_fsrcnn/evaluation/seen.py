"""Which pictures a model was trained or chosen on: figures taken from them say little of others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.image.fingerprint import fingerprint
from napari_fsrcnn.weights.model import Model

_MOST_VALUES = 16 * 10**6  # that fingerprints are taken of: no more than a part of a second


class Seen(NamedTuple):
    """What tells the pictures that a model was trained or chosen on.

    Attributes
    ----------
    names : frozenset of str
        Of all of them; unrelated pictures may share one, in folders of the same name.
    sure : frozenset of str
        Their fingerprints; and the names of those of which the model's file tells none, as older
        ones, and of those of BSD-100, which is cut in another way for every scale.
    """

    names: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()


def pictures_seen(model: Model) -> Seen:
    """Tell which pictures a model was trained or chosen on: of imported weights none are known."""
    names: set[str] = set()
    sure: set[str] = set()
    record = model.card.training
    while record is not None:
        own = {*record.train, *record.validation, *record.taught_on}
        names |= own
        sure |= {*record.fingerprints} or own
        sure |= {name for name in own if name.startswith("bsd100/")}
        record = record.start
    return Seen(frozenset(names), frozenset(sure))


def is_seen(picture: Pair | LumaPair | Unusable, seen: Seen) -> bool:
    """Tell whether a picture is among those of :func:`pictures_seen`.

    By its values, under any name; by its name where it can't be read or is of a single colour.
    """
    if isinstance(picture, Unusable) or not picture.fingerprint:
        return picture.name in seen.names
    return not seen.sure.isdisjoint((picture.name, picture.fingerprint))


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
