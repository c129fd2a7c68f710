"""A large layer on its way to be upscaled: at once, since it is computed where the viewer looks."""

from __future__ import annotations

from typing import Any

from napari.layers import Image

from napari_fsrcnn.widgets.block_memory import block_cache
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.lazy_layer import lazy_layer
from napari_fsrcnn.widgets.lazy_upscaling import (
    Measured,
    Opened,
    is_lazy,
    lazy_upscaling_events,
)
from napari_fsrcnn.widgets.preferences import preferred_number
from napari_fsrcnn.widgets.result_layer import METADATA_KEY
from napari_fsrcnn.widgets.source_layer import SourceLayer
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
        self._source = SourceLayer(viewer, layer)
        self._device = ""
        self._upscaled: Image | None = None
        self._told = ""

    @property
    def left_by_stop(self) -> str:
        """What to say of a stop at this moment: once there is a layer, it stays."""
        return self._told or super().left_by_stop

    def handle(self, event: object) -> None:
        """Put the layer into the viewer."""
        match event:
            case Began(device):
                self._device = device
                self.told.emit("Looking at the layer's values...")
            case Opened():
                self._upscaled = lazy_layer(self._viewer, self._source.state, event)
                where = (
                    f"{event.model.name} on {self._device}: upscaled where you look. It shows "
                    f"once you zoom in so far that the layer's own pixels are larger than the "
                    f"screen's."
                )
                sentences = [where, event.deviation, self._source.cover(self._upscaled)]
                self._told = " ".join(filter(None, sentences))
                self.told.emit(self._told)
            case Measured(consistency):
                self._upscaled.metadata[METADATA_KEY]["consistency"] = consistency.psnr
                self.told.emit(f"{self._told} {consistency.sentence('the layer')}")


def upscaling_job(viewer: Any, layer: Image, request: Request) -> UpscaleJob | LazyJob:
    """Make the job that upscales a layer: whole, or where the viewer looks if it is large."""
    lazy = is_lazy(request, preferred_number("lazy_above"))
    return (LazyJob if lazy else UpscaleJob)(viewer, layer, request)
