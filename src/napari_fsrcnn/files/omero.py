"""How the channels of a picture are called and shown, as OME-Zarr's block "omero" says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.image.sampled_range import sample_usable_range
from napari_fsrcnn.image.value_range import ValueRange

_RGBA = ("FF0000", "00FF00", "0000FF", "FFFFFF")


def describe_channels(picture: OpenPicture, limits: tuple[float, float]) -> dict[str, Any]:
    """Return the block for a picture; empty where nothing is known of its channels.

    Parameters
    ----------
    picture : OpenPicture
        Its own block, if it has one, is taken and completed.
    limits : tuple of float
        The picture's value range, which is shown as black and white where it does not say. Where
        it has several channels, each is shown by its own.
    """
    colors = _RGBA[: picture.data.shape[-1]] if picture.rgb else ()
    channels = picture.omero.get("channels") or [{"color": color} for color in colors]
    if not channels:
        return {}
    shown = {"color": _RGBA[-1], "active": True}
    described = []
    for index, channel in enumerate(channels):
        said = _said(channel.get("window"))
        known = {"start", "end"} <= said.keys()
        own = None if known else _channel_range(picture, index)
        window = {**_window(picture, own or limits), **said}
        described.append({**shown, **_said(channel), "window": window})
    return {**picture.omero, "channels": described}


def _window(picture: OpenPicture, limits: tuple[float, float]) -> dict[str, float]:
    low, high = limits if limits[0] < limits[1] else (limits[0], limits[0] + 1)
    dtype = np.dtype(picture.data.dtype)
    bottom, top = (low, high) if dtype.kind in "bf" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return {"min": bottom, "max": top, "start": low, "end": high}


class _Channel:
    """One channel of an array that is not read."""

    def __init__(self, data: Any, axis: int, index: int) -> None:
        self._data, self._axis, self._index = data, axis, index
        self.dtype = data.dtype
        self.shape = (*data.shape[:axis], *data.shape[axis + 1 :])

    def __getitem__(self, index: tuple[Any, ...]) -> Any:
        return self._data[(*index[: self._axis], self._index, *index[self._axis :])]


def _channel_range(picture: OpenPicture, index: int) -> ValueRange | None:
    """Find the value range of one channel of several; None where it tells nothing."""
    types = [axis.type for axis in picture.axes]
    if picture.rgb or "channel" not in types or picture.data.shape[types.index("channel")] == 1:
        return None
    try:
        found = sample_usable_range(
            _Channel(picture.data, types.index("channel"), index), rgb=False
        )
    except (ValueError, OSError, IndexError):  # damaged, or more channels are said than there are
        return None
    return found if found.span > 0 else None


def _said(block: Any) -> dict[str, Any]:
    """Take what a block says; null says nothing."""
    if not isinstance(block, Mapping):
        return {}
    return {key: value for key, value in block.items() if value is not None}
