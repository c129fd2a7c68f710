"""Four layers that show how well the network does on a validation picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from napari.layers import Image

from napari_fsrcnn.training.events import Preview, Validated
from napari_fsrcnn.widgets.plane_place import PlanePlace, plane_place
from napari_fsrcnn.widgets.result_layer import METADATA_KEY

KINDS = ("HR", "LR", "bicubic", "network")
"""From the lowest to the highest in the layer list."""

_LINKED = ("contrast_limits", "gamma", "colormap", "interpolation2d")


class PreviewLayers:
    """Adds LR, bicubic, network and HR on each other, then only changes their pictures.

    napari has no groups of layers: these four lie side by side in the list under one name, and
    looks that are given to one are given to all. They come in quietly: what is selected and where
    the camera looks stay as they are. One that the user removed stays away until the next run.

    Parameters
    ----------
    viewer : napari.Viewer
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._layers: dict[str, Image] = {}
        self._place = PlanePlace()
        self._scale = 1
        self._begun = False

    def start(self, scale: int, like: Image | None) -> None:
        """Begin a run.

        Parameters
        ----------
        scale : int
            The network's.
        like : Image, optional
            The layer that HR comes from: the previews lie on it.
        """
        self._scale = scale
        self._place = plane_place(like)
        self._layers = {
            kind: layer for kind, layer in self._layers.items() if layer in self._viewer.layers
        }
        self._begun = False

    def show(self, event: Validated) -> None:
        """Show what the network made of the validation picture."""
        if not self._begun:
            self._begin(event.preview)
        self._layers["network"].data = event.preview.network
        self._layers["network"].metadata[METADATA_KEY] = {"step": event.step}

    def _begin(self, preview: Preview) -> None:
        """Bring all four into place with the pictures of a run."""
        self._begun = True
        planes = {
            "HR": preview.hr,
            "LR": preview.lr,
            "bicubic": preview.bicubic,
            "network": preview.network,
        }
        new = []
        for kind in KINDS:
            if kind not in self._layers:
                self._layers[kind] = Image(planes[kind], contrast_limits=(0, 1))
                new.append(self._layers[kind])
            self._place.take(self._layers[kind], self._scale if kind == "LR" else 1)
            self._layers[kind].data = planes[kind]
            self._layers[kind].name = f"x{self._scale} {preview.name}: {kind}"
        if new:
            add_quietly(self._viewer, new)
            link_afresh(self._viewer, list(self._layers.values()), _LINKED)


def add_quietly(viewer: Any, new: Iterable[Image]) -> None:
    """Add layers on top; what is selected stays so, unless they are the first ones."""
    layers = viewer.layers
    first = not layers
    selected, active = set(layers.selection), layers.selection.active
    for layer in new:
        layers.append(layer)
    if not first:
        layers.selection.clear()
        layers.selection.update(selected)
        layers.selection.active = active


def link_afresh(viewer: Any, layers: Sequence[Image], attributes: Sequence[str]) -> None:
    """Let looks that are given to one layer be given to all, whatever was linked before."""
    viewer.layers.unlink_layers(layers, attributes)
    viewer.layers.link_layers(layers, attributes)
