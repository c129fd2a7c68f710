"""One of napari's menu entries, put aside for a while."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.compat import isalive
from qtpy.QtGui import QAction  # type: ignore[attr-defined]  # qtpy moves it here from Qt 5's place
from qtpy.QtWidgets import QMainWindow, QMenu


class StandIn(QAction):
    """Takes an entry's place in its menu, with its text and shortcuts.

    The entry itself stays as it is, so that it can still be triggered.

    Parameters
    ----------
    menu : QMenu
    entry : QAction
    instead : callable
        Called without arguments when the entry is chosen; False: do what the entry does.
    """

    def __init__(self, menu: QMenu, entry: QAction, instead: Callable[[], bool]) -> None:
        super().__init__(entry.text(), menu)
        self._menu = menu
        self._entry = entry
        self._instead = instead
        self.setShortcuts(entry.shortcuts())
        self.triggered.connect(self._choose)
        menu.insertAction(entry, self)
        menu.removeAction(entry)

    def leave(self) -> None:
        """Give the entry its place back."""
        # The window, or only the menu, may have been built anew.
        if isalive(self) and isalive(self._menu) and isalive(self._entry):
            self._menu.insertAction(self, self._entry)
            self._menu.removeAction(self)
            self.deleteLater()

    def _choose(self) -> None:
        if not self._instead():
            self._entry.trigger()


def menu_action(window: QMainWindow, command: str) -> tuple[QMenu, QAction] | None:
    """Find the menu and the entry of one of napari's commands, by the command's name."""
    for title in window.menuBar().actions():
        if (menu := title.menu()) is None:
            continue
        for entry in menu.actions():
            if entry.objectName() == command:
                return menu, entry
    return None
