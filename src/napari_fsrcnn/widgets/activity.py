"""A bar in napari's activity dock."""

from __future__ import annotations

from napari.utils import progress
from qtpy.QtWidgets import QApplication, QLabel, QStatusBar


class ActivityBar:
    """Shows how far long work is; to be made and used on the main thread.

    Parameters
    ----------
    description : str
        The bar runs without end until it is told how much there is to do.
    """

    def __init__(self, description: str) -> None:
        self._bar = progress(desc=description, total=0)
        self._part = (description, 0)
        self._moving = False
        _rest_spinners()

    def show(self, description: str, done: int, total: int) -> None:
        """Show that so much is done of the total.

        napari lets Qt process events while a bar moves, and with them the thread's next report:
        that one is left out, or reports would pile up inside each other.
        """
        if self._moving:
            return
        self._moving = True
        if (description, total) != self._part:
            self._part = (description, total)
            self._bar.reset(total)
            self._bar.set_description(description)
        # Meanwhile the work may have ended, and the bar with it.
        if not self._bar.disable:
            self._bar.update(done - self._bar.n)
        self._moving = False

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


def _rest_spinners() -> None:
    """Let napari's sign that something goes on stand still.

    It turns twelve times a second or more, and with each picture of it Qt puts the whole window
    together anew: where there is no GPU that takes more than one core from the work itself.
    """
    for window in QApplication.topLevelWidgets():
        for status_bar in window.findChildren(QStatusBar):
            for label in status_bar.findChildren(QLabel):
                if label.movie():
                    label.movie().setPaused(True)
