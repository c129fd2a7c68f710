"""A form or a text that scrolls where the window is too low for it."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtWidgets import QFrame, QScrollArea, QWidget

_LOWEST = 90  # pixels: three rows, so that three docks fit one under the other


class Scrolled(QScrollArea):
    """Shows all of a widget if it can, and always all of its width.

    Parameters
    ----------
    content : QWidget
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for the room of the content, which may change, of the frame and the scroll bar."""
        frame = 2 * self.frameWidth()  # napari's style draws one
        return self._content.sizeHint() + QSize(self._bar_width() + frame, frame)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for the content's width."""
        least = self._content.minimumSizeHint()
        return QSize(least.width() + self._bar_width(), min(least.height(), _LOWEST))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Follow the content."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _bar_width(self) -> int:
        bar = self.verticalScrollBar()
        return bar.sizeHint().width() if bar is not None else 0
