"""The layer that is upscaled, until its result takes its place in the viewer."""

from __future__ import annotations

from typing import Any

from napari.layers import Image

from napari_fsrcnn.widgets.image_layers import finest_level
from napari_fsrcnn.widgets.result_layer import layer_state

_COVERING = ("opaque", "translucent", "translucent_no_depth")
"""Blendings that hide what lies below; with the others both are added up, or the like."""


class SourceLayer:
    """A layer on whose result work goes on.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel
    layer : Image
    """

    def __init__(self, viewer: Any, layer: Image) -> None:
        self._viewer = viewer
        self._layer = layer
        self._before = layer_state(layer)
        self._not_shown = _say_not_shown(viewer, layer)

    @property
    def state(self) -> dict[str, Any]:
        """The layer's state now, or the first one if its axes have changed since."""
        now = layer_state(self._layer)
        return now if len(now["scale"]) == len(self._before["scale"]) else self._before

    def cover(self, result: Image) -> str:
        """Put the result over the layer, or on top if that has been removed, and select it.

        A layer that would shine through is hidden.

        Returns
        -------
        str
            What the user should know of it, in sentences; empty if there is nothing.
        """
        layer, layers = self._layer, self._viewer.layers
        there = layer in layers
        layers.insert(layers.index(layer) + 1 if there else len(layers), result)
        layers.selection.active = result
        covered = result.blending in _COVERING and result.opacity == 1
        if covered or not there or not layer.visible:
            return self._not_shown
        layer.visible = False
        return (
            f"{self._not_shown} The layer below is hidden, since it would shine through.".lstrip()
        )


def _say_not_shown(viewer: Any, layer: Image) -> str:
    """Say that a 2D view shows other axes than those that are upscaled, if it does."""
    dims = viewer.dims
    # Layers with fewer axes than the viewer have the last ones.
    if dims.ndisplay != 2 or set(dims.displayed) == {dims.ndim - 2, dims.ndim - 1}:
        return ""
    height, width = finest_level(layer).shape[: layer.ndim][-2:]
    return (
        f"The layer's last two axes are upscaled ({height} x {width}), which are not the two that "
        "are shown."
    )
