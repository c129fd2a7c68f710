"""``demo --view`` in a real window: a process of its own, whose window a timer looks at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from napari_fsrcnn.cli.demo import shipped_scales

# Once all layers are there, the window is drawn and described, and then closed.
WATCHED = """
import json

import napari
from napari.qt import get_qapp
from qtpy.QtCore import QTimer

from napari_fsrcnn.cli.main import main

def look():
    viewer = napari.current_viewer()
    if viewer is not None and len(viewer.layers) == 6:
        timer.stop()
        colours = set(map(bytes, viewer.screenshot()[::8, ::8].reshape(-1, 4)))
        print(json.dumps([len(colours), [layer.name for layer in viewer.layers]]))
        viewer.close()

application = get_qapp()
timer = QTimer()
timer.timeout.connect(look)
timer.start(200)
main()
"""

WITHOUT_QT = """
import sys

class NoQt:
    def find_spec(self, name, *_):
        if name.startswith(("PyQt", "PySide")):
            raise ImportError(name)

sys.meta_path.insert(0, NoQt())
from napari_fsrcnn.cli.main import main

main()
"""


def run_demo(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, "demo", "--view", "--out", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.viewer
def test_the_enlargements_open_in_a_window(tmp_path: Path) -> None:
    run = run_demo(WATCHED, tmp_path)
    assert run.returncode == 0, run.stderr
    n_colours, names = json.loads(run.stdout.splitlines()[-1])
    assert n_colours > 50
    model = f"fsrcnn-x{shipped_scales()[-1]}"
    bicubic = model.replace("fsrcnn-", "bicubic ")
    assert names == [
        f"{picture}{made_by}"
        for picture in ("chart", "astronaut")
        for made_by in ("", f" [{bicubic}]", f" [{model}]")
    ]


@pytest.mark.viewer
def test_without_qt_view_is_refused_at_once(tmp_path: Path) -> None:
    run = run_demo(WITHOUT_QT, tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "Qt" in run.stderr
    assert run.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
