"""Training pictures at smaller sizes: more of them, with more detail to the pixel."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import ValueRange, from_unit

if TYPE_CHECKING:
    from napari_fsrcnn.datasets.pairs import Pair

_SHRUNK = re.compile(r" \(at \S+\)$")


def shrink_pair(pair: Pair, size: float) -> Pair:
    """Shrink HR by MATLAB's bicubic, as the papers do to have more training pictures.

    Parameters
    ----------
    pair : Pair
        HR alone.
    size : float
        Between 0 and 1; 0.9 to 0.6 in Dong et al., arXiv 1608.00367, section 4.1.

    Returns
    -------
    Pair
        Of the same dtype, within HR's lowest and highest value; its name also says the size.

    Raises
    ------
    ValueError
        LR is given: shrunk with HR, it would no longer be what was recorded.

    Examples
    --------
    >>> from napari_fsrcnn.datasets.pairs import Pair
    >>> small = shrink_pair(Pair("set/a", np.zeros((40, 60, 3), np.uint8), None, rgb=True), 0.6)
    >>> small.name, small.hr.shape
    ('set/a (at 0.6)', (24, 36, 3))
    """
    if pair.lr is not None:
        raise ValueError(
            f"{pair.name} comes with its own LR, so it can't be learnt from at smaller sizes: "
            f"leave rescale empty, or give HR pictures alone."
        )
    hr = np.moveaxis(pair.hr, -1, 0) if pair.rgb else pair.hr
    low, high = float(hr.min()), float(hr.max())
    shrunk = imresize(hr, size).clip(low, high)  # bicubic overshoots at edges
    if pair.rgb:
        shrunk = np.moveaxis(shrunk, 0, -1)
    as_stored = from_unit(shrunk, ValueRange(0, 1), pair.hr.dtype)
    return replace(pair, name=f"{pair.name} (at {size:g})", hr=as_stored)


def name_before_shrinking(name: str) -> str:
    """Name the picture that was shrunk, or the picture itself.

    Examples
    --------
    >>> name_before_shrinking("set/a (at 0.6)"), name_before_shrinking("set/b (2)")
    ('set/a', 'set/b (2)')
    """
    return _SHRUNK.sub("", name)
