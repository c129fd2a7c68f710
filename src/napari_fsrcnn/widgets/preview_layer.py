"""One layer that shows how well the network does on a validation picture."""

from __future__ import annotations

from typing import Any

from napari.layers import Image

from napari_fsrcnn.training.events import Validated


class PreviewLayer:
    """Adds a layer for the network's output, then only changes its picture.

    The layer comes in quietly: what is selected and where the camera looks stay as they are, and
    so does the contrast that the user gives it. One that the user removed stays away until the
    next run.

    Parameters
    ----------
    viewer : napari.Viewer
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._layer: Image | None = None
        self._place: dict[str, Any] = {}
        self._scale = 1

    def start(self, scale: int, like: Image | None) -> None:
        """Begin a run.

        Parameters
        ----------
        scale : int
            The network's.
        like : Image, optional
            The layer that the pictures come from: the preview gets its pixel size.
        """
        self._scale = scale
        self._place = {} if like is None else {"scale": like.scale[-2:], "units": like.units[-2:]}
        if self._layer not in self._viewer.layers:
            self._layer = None

    def show(self, event: Validated) -> None:
        """Show what the network made of the validation picture."""
        preview = event.preview
        name = f"restored x{self._scale}: {preview.name}"
        if self._layer is None:
            self._layer = Image(preview.network, name=name, contrast_limits=(0, 1), **self._place)
            self._add(self._layer)
        elif self._layer in self._viewer.layers:
            self._layer.data = preview.network
            self._layer.name = name
        self._layer.metadata["napari-fsrcnn"] = {"step": event.step}

    def _add(self, layer: Image) -> None:
        layers = self._viewer.layers
        first = not layers
        selected, active = set(layers.selection), layers.selection.active
        layers.append(layer)
        if not first:
            layers.selection.clear()
            layers.selection.update(selected)
            layers.selection.active = active
