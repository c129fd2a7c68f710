"""How long the widgets take to open in a real viewer.

    python benchmarks/opening.py

Each is opened in a napari window under Xvfb, in a process of its own, so that what it imports is
imported then; twice, of which the second counts, for files that were just read. Ends with exit code 1
if one takes a second.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from window import run_inside, wait_until

WIDGETS = ("Upscale", "Train", "Evaluate")
ALLOWED = 1.0


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--widget", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return run_inside(__file__)
    if options.widget:
        print(seconds_to_open(options.widget))
        return 0
    print("| widget | opens in (s) |\n|---|---|")
    longest = 0.0
    for widget in WIDGETS:
        seconds = [_in_a_process(widget) for _ in range(2)][-1]
        longest = max(longest, seconds)
        print(f"| {widget} | {seconds:.2f} |", flush=True)
    return int(longest > ALLOWED)


def _in_a_process(widget: str) -> float:
    command = [sys.executable, __file__, "--inside", "--widget", widget]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(ended.stdout)


def seconds_to_open(widget: str) -> float:
    """Open a widget in a window that is there already, until it is drawn."""
    import napari
    from qtpy.QtCore import QEvent, QObject
    from qtpy.QtWidgets import QApplication

    class Watch(QObject):
        painted = False

        def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
            self.painted |= event is not None and event.type() == QEvent.Type.Paint
            return False

    viewer = napari.Viewer()
    QApplication.processEvents()
    watch = Watch()
    start = time.perf_counter()
    dock, _ = viewer.window.add_plugin_dock_widget("napari-fsrcnn", widget)
    dock.installEventFilter(watch)
    wait_until(lambda: watch.painted)
    seconds = time.perf_counter() - start
    viewer.close()
    return seconds


if __name__ == "__main__":
    raise SystemExit(main())
