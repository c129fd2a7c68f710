"""A bar in napari's activity dock that costs the work little, and never piles up."""

from collections.abc import Callable
from typing import Any

import pytest
from napari.utils import progress
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QTimer
from qtpy.QtGui import QMovie
from qtpy.QtWidgets import QApplication, QLabel, QMainWindow

from napari_fsrcnn.widgets.activity import ActivityBar


@pytest.fixture
def bar(make_napari_viewer_proxy: Callable[[], Any]) -> ActivityBar:
    make_napari_viewer_proxy()
    return ActivityBar("Reading")


def bars() -> list[tuple[str, int, int]]:
    return [(each.desc.removesuffix(": "), each.n, each.total) for each in progress._all_instances]


def test_it_comes_moves_changes_its_work_and_goes(bar: ActivityBar) -> None:
    assert bars() == [("Reading", 0, 0)]
    bar.show("Reading", 3, 10)
    assert bars() == [("Reading", 3, 10)]
    bar.show("Training", 1, 10)
    assert bars() == [("Training", 1, 10)]
    bar.show("Training", 250, 2000)
    assert bars() == [("Training", 250, 2000)]
    bar.close()
    assert bars() == []


def test_a_report_that_comes_while_it_moves_is_left_out(bar: ActivityBar, qtbot: QtBot) -> None:
    came = []

    def report() -> None:
        came.append(True)
        bar.show("Training", 5, 10)

    QTimer.singleShot(0, report)
    bar.show("Training", 4, 10)
    qtbot.waitUntil(lambda: bool(came))
    bar.show("Training", 6, 10)
    assert bars() == [("Training", 6, 10)]
    bar.close()


def test_it_may_be_closed_while_it_moves(bar: ActivityBar) -> None:
    QTimer.singleShot(0, bar.close)
    bar.show("Training", 4, 10)
    QApplication.processEvents()
    assert bars() == []
    bar.close()


def test_the_sign_beside_the_dock_is_shown_and_stands_still(bar: ActivityBar) -> None:
    movies = [
        label.movie()
        for window in QApplication.topLevelWidgets()
        if isinstance(window, QMainWindow)
        for label in window.findChildren(QLabel)
        if label.movie() and not label.isHidden()
    ]
    assert [movie.state() for movie in movies] == [QMovie.MovieState.Paused]
    bar.close()
