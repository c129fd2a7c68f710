"""The height of docks that lie one under the other."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow


def share_height(window: QMainWindow, kind: type) -> None:
    """Give the docks that hold widgets of a kind, and lie in the window's right area, their shares.

    By itself Qt leaves a dock no more than its least height once another is opened under it. Here
    each gets what it asks for, or its part of that, where there is not enough.

    Parameters
    ----------
    window : QMainWindow
    kind : type
        Of the widgets in the docks.
    """
    docks = [
        dock
        for dock in window.findChildren(QDockWidget)
        if isinstance(dock.widget(), kind) and dock.isVisible() and not dock.isFloating()
    ]
    wanted = [dock.sizeHint().height() for dock in docks]
    room = sum(dock.height() for dock in docks)
    shares = [height * room // sum(wanted) for height in wanted]
    window.resizeDocks(docks, shares, Qt.Orientation.Vertical)
