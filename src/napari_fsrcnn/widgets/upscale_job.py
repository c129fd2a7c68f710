"""A layer on its way through a network, until the result lies over it."""

from __future__ import annotations

from typing import Any

from napari.layers import Image
from psygnal import Signal

from napari_fsrcnn.widgets.device_job import DeviceJob
from napari_fsrcnn.widgets.result_layer import upscaled_layer
from napari_fsrcnn.widgets.source_layer import SourceLayer
from napari_fsrcnn.widgets.upscaling import Request, Upscaled, upscaling_events


class UpscaleJob(DeviceJob):
    """Upscales one layer in a thread.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel
    layer : Image
        What ``request`` was made from; the result is put over it.
    request : Request

    Attributes
    ----------
    upscaled : Signal(Upscaled)
        The result, which is in the viewer by then.
    """

    upscaled = Signal(Upscaled)

    def __init__(self, viewer: Any, layer: Image, request: Request) -> None:
        super().__init__("Upscaling", "Upscaling", layer.name, upscaling_events, request)
        self._source = SourceLayer(viewer, layer)

    def handle(self, event: object) -> None:
        """Tell how it goes, and put the result into the viewer."""
        super().handle(event)
        if isinstance(event, Upscaled):
            seconds = self.seconds
            sentences = [
                f"{event.model.name} on {self.device}: {seconds:.1f} s.",
                event.consistency.sentence("the layer"),
                event.deviation,
                self._add(event),
            ]
            self.told.emit(" ".join(filter(None, sentences)))
            self.upscaled.emit(event)

    def _add(self, result: Upscaled) -> str:
        layer = upscaled_layer(
            self._source.state,
            result.image,
            result.model.scale,
            label=result.model.name,
            provenance=result.provenance,
        )
        return self._source.cover(layer)
