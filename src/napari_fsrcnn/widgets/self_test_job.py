"""A self-test of a layer, as a job of the viewer."""

from __future__ import annotations

import time

from napari.layers import Image
from psygnal import Signal

from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Advanced
from napari_fsrcnn.widgets.self_testing import SelfTestRequest, self_testing_events
from napari_fsrcnn.widgets.upscaling import Began


class SelfTestJob(Job):
    """Tests models on a layer in a thread.

    Parameters
    ----------
    layer : Image
        What ``request`` was made from.
    request : SelfTestRequest

    Attributes
    ----------
    tested : Signal(Image, SelfTest)
        The layer, and what was found.
    """

    tested = Signal(Image, SelfTest)

    def __init__(self, layer: Image, request: SelfTestRequest) -> None:
        super().__init__("Self-test of", layer.name, self_testing_events, request)
        self._layer = layer
        self._device = ""
        self._began = 0.0

    def handle(self, event: object) -> None:
        """Tell how it goes, and pass on what was found."""
        match event:
            case Began(device):
                self._device = device
                self._began = time.monotonic()
                self.told.emit(f"Self-test on {device}...")
            case Advanced(done, total):
                self.told.emit(f"Self-test on {self._device}: {done / total:.0%}")
            case SelfTest():
                seconds = time.monotonic() - self._began
                self.told.emit(f"Self-test on {self._device}: {seconds:.1f} s.")
                self.tested.emit(self._layer, event)
