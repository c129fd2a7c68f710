"""A drop-down of devices that loads torch no sooner than somebody wants to see the list."""

from __future__ import annotations

import sys

from magicgui.widgets import ComboBox
from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QApplication

from napari_fsrcnn.networks.device import available_devices
from napari_fsrcnn.widgets.preferences import preferred

_OPENING = {QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel}


def device_field() -> ComboBox:
    """Make a field named ``device``, "auto" first; the preferred one is chosen."""
    field = ComboBox(
        name="device",
        choices=_devices,
        value=preferred("device"),
        tooltip="auto: a GPU if there is one, else the CPU",
    )
    opener = _Opener(field)
    field.native.installEventFilter(opener)
    return field


class _Opener(QObject):
    """Asks for the devices before Qt opens the list of a field."""

    def __init__(self, field: ComboBox) -> None:
        super().__init__(field.native)
        self._field = field

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        if event is not None and event.type() in _OPENING and "torch" not in sys.modules:
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            try:
                available_devices()
                self._field.reset_choices()
            finally:
                QApplication.restoreOverrideCursor()
        return super().eventFilter(watched, event)


def _devices(_: object) -> list[str]:
    known = available_devices() if "torch" in sys.modules else ["auto", "cpu"]
    # The preferred one is offered even where it is missing: starting then says so.
    return list(dict.fromkeys([*known, preferred("device")]))
