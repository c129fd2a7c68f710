"""How the channels of a picture are called and shown, as OME-Zarr's block "omero" says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from napari_fsrcnn.files.open_picture import OpenPicture

_RGBA = ("FF0000", "00FF00", "0000FF", "FFFFFF")


def describe_channels(picture: OpenPicture, limits: tuple[float, float]) -> dict[str, Any]:
    """Return the block for a picture; empty where nothing is known of its channels.

    Parameters
    ----------
    picture : OpenPicture
        Its own block, if it has one, is taken and completed.
    limits : tuple of float
        The values to be shown as black and as white, where the picture does not say.
    """
    colors = _RGBA[: picture.data.shape[-1]] if picture.rgb else ()
    channels = picture.omero.get("channels") or [{"color": color} for color in colors]
    if not channels:
        return {}
    low, high = limits if limits[0] < limits[1] else (limits[0], limits[0] + 1)
    dtype = np.dtype(picture.data.dtype)
    bottom, top = (low, high) if dtype.kind in "bf" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    window = {"min": bottom, "max": top, "start": low, "end": high}
    shown = {"color": _RGBA[-1], "active": True}
    described = [
        {**shown, **_said(channel), "window": {**window, **_said(channel.get("window"))}}
        for channel in channels
    ]
    return {**picture.omero, "channels": described}


def _said(block: Any) -> dict[str, Any]:
    """Take what a block says; null says nothing."""
    if not isinstance(block, Mapping):
        return {}
    return {key: value for key, value in block.items() if value is not None}
