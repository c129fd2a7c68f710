"""The height of docks that lie one under the other."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget


def share_height(window: QMainWindow, widget: QWidget, kind: type) -> None:
    """Give the dock of a widget, and those of its kind in the same area, their shares of the height.

    By itself Qt leaves a dock no more than its least height once another is opened under it. Here
    each gets what it asks for, or its part of that, where there is not enough.

    Parameters
    ----------
    window : QMainWindow
    widget : QWidget
        In a dock of the window.
    kind : type
        Of the widgets in the docks.
    """
    docks = [dock for dock in window.findChildren(QDockWidget) if isinstance(dock.widget(), kind)]
    areas = {window.dockWidgetArea(dock) for dock in docks if dock.widget() is widget}
    beside = [
        dock
        for dock in docks
        if window.dockWidgetArea(dock) in areas
        and not dock.isFloating()
        and not dock.visibleRegion().isEmpty()  # closed, or behind another one's tab
    ]
    wanted = [dock.sizeHint().height() for dock in beside]
    room = sum(dock.height() for dock in beside)
    shares = [height * room // sum(wanted) for height in wanted]
    window.resizeDocks(beside, shares, Qt.Orientation.Vertical)
