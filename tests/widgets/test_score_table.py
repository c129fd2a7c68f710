"""The table sorts by its numbers, and the means stay below."""

from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtGui import QFontMetrics

from napari_fsrcnn.evaluation.figures import ImageScore, ModelScore
from napari_fsrcnn.widgets.score_table import ScoreTable

PICTURE, MODEL, PSNR, GAIN, SSIM_GAIN = 0, 1, 2, 4, 7
TOOLTIP = Qt.ItemDataRole.ToolTipRole


def score(model: str, name: str, psnr: float) -> ModelScore:
    image = ImageScore(
        name=name, psnr=psnr, ssim=0.9, bicubic_psnr=8, bicubic_ssim=0.85, data_range=255
    )
    return ModelScore(model, 2, image)


@pytest.fixture
def table(qtbot: QtBot) -> ScoreTable:
    """Two models on three pictures, one of them restored perfectly; 9.5 < 10.25 but "9.5" > "10"."""
    table = ScoreTable()
    qtbot.addWidget(table)
    table.resize(300, 300)
    table.show()
    for name, psnr in (("b", 9.5), ("a", 10.25), ("c", float("inf"))):
        table.add(score("new", name, psnr))
        table.add(score("old", name, 7))
    qtbot.waitUntil(lambda: table.means.model().rowCount() == 2)
    return table


def column(view: Any, place: int) -> list[str]:
    model = view.model()
    return [model.index(row, place).data() for row in range(model.rowCount())]


def test_rows_come_as_they_are_measured(table: ScoreTable) -> None:
    assert column(table.rows, PICTURE) == ["b", "b", "a", "a", "c", "c"]
    assert column(table.rows, PSNR)[::2] == ["9.50", "10.25", "∞"]
    assert column(table.rows, GAIN) == ["+1.50", "-1.00", "+2.25", "-1.00", "+∞", "-1.00"]


def test_titles_say_the_unit_and_are_seen_whole(table: ScoreTable) -> None:
    header, model = table.rows.horizontalHeader(), table.rows.model()
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(header.count())]
    assert titles[PSNR] == "PSNR, dB"
    font = header.font()
    font.setBold(True)  # as napari draws them
    widths = [QFontMetrics(font).horizontalAdvance(title) for title in titles]
    assert all(width < header.sectionSize(n) for n, width in enumerate(widths))


@pytest.mark.parametrize(
    ("order", "wanted", "place_of_new"),
    [
        (Qt.SortOrder.AscendingOrder, ["7.00", "7.00", "7.00", "9.50", "10.25", "∞"], 4),
        (Qt.SortOrder.DescendingOrder, ["∞", "10.25", "9.50", "7.00", "7.00", "7.00"], 2),
    ],
)
def test_sorting(
    table: ScoreTable, order: Qt.SortOrder, wanted: list[str], place_of_new: int
) -> None:
    table.rows.sortByColumn(PSNR, order)
    assert column(table.rows, PSNR) == wanted
    assert column(table.means, MODEL) == ["new", "old"]
    assert column(table.means, PSNR) == ["∞", "7.00"]
    assert table.means.y() >= table.rows.y() + table.rows.height()
    table.add(score("new", "d", 9.75))
    assert column(table.rows, PSNR).index("9.75") == place_of_new


def test_a_double_click_chooses_the_row_that_is_seen(table: ScoreTable, qtbot: QtBot) -> None:
    table.rows.sortByColumn(PSNR, Qt.SortOrder.DescendingOrder)
    chosen: list[ModelScore] = []
    table.chosen.connect(chosen.append)
    where = table.rows.visualRect(table.rows.model().index(1, PICTURE)).center()
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(table.rows.viewport(), left, pos=where)
    qtbot.mouseDClick(table.rows.viewport(), left, pos=where)
    assert [each.image.name for each in chosen] == ["a"]
    assert table.current == chosen[0]


def test_the_means_move_sideways_with_the_rows(table: ScoreTable) -> None:
    bar = table.means.horizontalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    assert table.rows.horizontalScrollBar().value() == bar.value()
    table.rows.setColumnWidth(MODEL, 150)
    assert table.means.columnWidth(MODEL) == 150


def test_it_is_said_which_means_are_not_over_all_pictures(table: ScoreTable, qtbot: QtBot) -> None:
    assert not table.note.isVisible()
    assert column(table.means, PICTURE) == ["mean", "mean"]
    empty = score("old", "empty", float("inf"))
    image = empty.image.model_copy(update={"bicubic_psnr": float("inf")})
    table.add(ModelScore("old", 2, image))
    qtbot.waitUntil(table.note.isVisible)
    assert column(table.means, PICTURE) == ["mean", "mean of 3 of 4"]
    assert "bicubic restores without error" in table.note.text()
    table.clear()
    assert not table.note.isVisible()


def test_a_loss_that_rounds_to_nothing_has_no_minus(table: ScoreTable) -> None:
    image = ImageScore(
        name="d", psnr=7.996, ssim=0.84996, bicubic_psnr=8, bicubic_ssim=0.85, data_range=255
    )
    table.add(ModelScore("old", 2, image))
    assert (column(table.rows, GAIN)[-1], column(table.rows, SSIM_GAIN)[-1]) == ("+0.00", "+0.0000")


def test_each_figure_tells_its_data_range(table: ScoreTable, qtbot: QtBot) -> None:
    model = table.rows.model()
    told = [model.index(0, place).data(TOOLTIP) for place in range(model.columnCount())]
    assert told == ["b", "new", *["On Y, data_range 255"] * 6]
    means = table.means.model()
    assert means.index(0, PSNR).data(TOOLTIP) == "On Y, data_range 255"
    deep = score("new", "deep", 9).image.model_copy(update={"data_range": 4080.5})
    table.add(ModelScore("new", 2, deep))
    assert model.index(6, PSNR).data(TOOLTIP) == "On Y, data_range 4080.5"
    several = "On Y, each picture with a data_range of its own"
    qtbot.waitUntil(lambda: means.index(0, PSNR).data(TOOLTIP) == several)
    assert means.index(1, PSNR).data(TOOLTIP) == "On Y, data_range 255"


def test_an_emptied_table_has_no_means(table: ScoreTable) -> None:
    table.clear()
    assert table.scores == []
    assert table.current is None
    assert not table.means.isVisible()
