"""A self-test of a layer, as a job of the viewer."""

from __future__ import annotations

from napari.layers import Image
from psygnal import Signal

from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.widgets.device_job import DeviceJob
from napari_fsrcnn.widgets.self_testing import SelfTestRequest, self_testing_events


class SelfTestJob(DeviceJob):
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
        super().__init__("Self-test", "Self-test of", layer.name, self_testing_events, request)
        self._layer = layer

    def handle(self, event: object) -> None:
        """Tell how it goes, and pass on what was found."""
        super().handle(event)
        if isinstance(event, SelfTest):
            self.told.emit(f"Self-test on {self.device}: {self.seconds:.1f} s.")
            self.tested.emit(self._layer, event)
