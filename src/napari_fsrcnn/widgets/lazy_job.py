"""A large layer on its way to be upscaled: at once, since it is computed where the viewer looks."""

from __future__ import annotations

from typing import Any

from napari.layers import Image

from napari_fsrcnn.widgets.block_memory import block_cache
from napari_fsrcnn.widgets.image_layers import insert_above
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.lazy_layer import lazy_layer
from napari_fsrcnn.widgets.lazy_upscaling import Opened, is_lazy, lazy_upscaling_events
from napari_fsrcnn.widgets.preferences import preferred_number
from napari_fsrcnn.widgets.upscale_job import UpscaleJob
from napari_fsrcnn.widgets.upscaling import Began, Request


class LazyJob(Job):
    """Puts a layer over its source that is upscaled where the viewer looks.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel
    layer : Image
        What ``request`` was made from.
    request : Request
    """

    def __init__(self, viewer: Any, layer: Image, request: Request) -> None:
        coarser = layer.data[1:] if layer.multiscale else []
        super().__init__(
            "Upscaling", layer.name, lazy_upscaling_events, request, coarser, block_cache()
        )
        self._viewer = viewer
        self._layer = layer
        self._device = ""

    def handle(self, event: object) -> None:
        """Put the layer into the viewer."""
        match event:
            case Began(device):
                self._device = device
                self.told.emit("Looking at the layer's values...")
            case Opened():
                layer = lazy_layer(self._viewer, self._layer, event)
                insert_above(self._viewer.layers, self._layer, layer)
                self.told.emit(
                    f"{event.model.name} on {self._device}: upscaled where you look. It shows "
                    f"once you zoom in so far that the layer's own pixels are larger than the "
                    f"screen's. {event.deviation}".rstrip()
                )


def upscaling_job(viewer: Any, layer: Image, request: Request) -> UpscaleJob | LazyJob:
    """Make the job that upscales a layer: whole, or where the viewer looks if it is large."""
    lazy = is_lazy(request, preferred_number("lazy_above"))
    return (LazyJob if lazy else UpscaleJob)(viewer, layer, request)
