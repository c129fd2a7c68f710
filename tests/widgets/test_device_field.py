"""The drop-down of devices."""

import subprocess
import sys

OPEN_IT = """
import sys
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from napari_fsrcnn.widgets.device_field import device_field

app = QApplication([])
field = device_field()
assert list(field.choices) == ["auto", "cpu"] and field.value == "auto"
assert "torch" not in sys.modules
QTest.keyClick(field.native, Qt.Key.Key_Down)
from napari_fsrcnn.networks.device import available_devices
assert "torch" in sys.modules
assert list(field.choices) == available_devices()
assert field.value == "cpu"
print("opened")
"""


def test_torch_is_loaded_when_the_list_is_wanted(qapp: object) -> None:
    del qapp  # this test needs a display
    run = subprocess.run(
        [sys.executable, "-c", OPEN_IT], capture_output=True, text=True, check=True, timeout=100
    )
    assert run.stdout.strip() == "opened"
