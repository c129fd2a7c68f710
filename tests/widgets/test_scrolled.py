"""A form scrolls only where there is too little room for it."""

from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_fsrcnn.widgets.scrolled import Scrolled


def test_where_it_has_the_room_it_asks_for_nothing_scrolls(qtbot: QtBot) -> None:
    content = QWidget()
    QVBoxLayout(content).addSpacing(300)
    scrolled = Scrolled(content)
    scrolled.setStyleSheet("QScrollArea { border: 3px solid }")  # napari's has one, too
    qtbot.addWidget(scrolled)
    scrolled.resize(scrolled.sizeHint())
    with qtbot.waitExposed(scrolled):
        scrolled.show()
    bar = scrolled.verticalScrollBar()
    assert bar is not None
    assert bar.maximum() == 0
    scrolled.resize(scrolled.width(), scrolled.height() - 1)
    assert bar.maximum() == 1
