"""A layer on its way through a network, until the result lies over it."""

from __future__ import annotations

import time
from typing import Any

from napari.layers import Image
from napari.utils.notifications import show_info
from psygnal import Signal

from napari_fsrcnn.widgets.figures_text import decibels
from napari_fsrcnn.widgets.image_layers import insert_above
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Advanced, Noticed
from napari_fsrcnn.widgets.result_layer import upscaled_layer
from napari_fsrcnn.widgets.upscaling import Began, Request, Upscaled, upscaling_events


class UpscaleJob(Job):
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
        super().__init__("Upscaling", layer.name, upscaling_events, request)
        self._viewer = viewer
        self._layer = layer
        self._device = ""
        self._began = 0.0

    def handle(self, event: object) -> None:
        """Put the result into the viewer."""
        match event:
            case Began(device):
                self._device = device
                self._began = time.monotonic()
                self.told.emit(f"Upscaling on {device}...")
            case Advanced(done, total):
                self.told.emit(f"Upscaling on {self._device}: {done / total:.0%}")
            case Noticed(sentence):
                show_info(sentence)
            case Upscaled():
                seconds = time.monotonic() - self._began
                self._add(event)
                self.told.emit(
                    f"{event.model.name} on {self._device}: {seconds:.1f} s. Shrunk again, the "
                    f"result agrees with the layer to {decibels(event.consistency)}. "
                    f"{event.deviation}".rstrip()
                )
                self.upscaled.emit(event)

    def _add(self, result: Upscaled) -> None:
        layer = upscaled_layer(
            self._layer,
            result.image,
            result.model.scale,
            label=result.model.name,
            provenance=result.provenance,
        )
        insert_above(self._viewer.layers, self._layer, layer)
