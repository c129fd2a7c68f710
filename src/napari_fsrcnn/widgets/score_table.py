"""A sortable table of figures, with the means below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psygnal import Signal
from qtpy.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)
from qtpy.QtGui import QFontMetrics
from qtpy.QtWidgets import QAbstractItemView, QLabel, QTableView, QVBoxLayout, QWidget

from napari_fsrcnn.evaluation.figures import ModelMean, ModelScore, mean_scores

_VALUE = Qt.ItemDataRole.UserRole
_MOST_MEANS = 6  # rows, before they scroll
_NAMES = 90, 130  # pixels: how wide a column of names is, and may become by itself
_MEANS_EVERY = 100  # milliseconds


@dataclass(frozen=True)
class _Column:
    title: str
    tooltip: str
    value: Callable[[ModelScore], Any]
    form: str = "{}"


def _picture(score: ModelScore) -> str:
    """Name the picture, or say of a mean what it is over, if not all."""
    if isinstance(score, ModelMean) and score.counted < score.pictures:
        return f"mean of {score.counted:,} of {score.pictures:,}"
    return score.image.name


def _measured_on(score: ModelScore) -> str:
    data_range = score.image.data_range
    if data_range is None:
        return "On Y, each picture with a data_range of its own"
    return f"On Y, data_range {data_range:g}"


_COLUMNS = (
    _Column("picture", "Folder or layer, and picture or plane", _picture),
    _Column("model", "The model, which says the scale", lambda s: s.model),
    _Column("PSNR, dB", "Of the model", lambda s: s.image.psnr, "{:.2f}"),
    _Column("bicubic", "PSNR of bicubic, in dB", lambda s: s.image.bicubic_psnr, "{:.2f}"),
    _Column("gain", "PSNR above bicubic's, in dB", lambda s: s.image.psnr_gain, "{:+z.2f}"),
    _Column("SSIM", "Of the model, up to 1", lambda s: s.image.ssim, "{:.4f}"),
    _Column("bicubic", "SSIM of bicubic, up to 1", lambda s: s.image.bicubic_ssim, "{:.4f}"),
    _Column("gain", "SSIM above bicubic's", lambda s: s.image.ssim_gain, "{:+z.4f}"),
)


class _Scores(QAbstractTableModel):
    """Figures as Qt reads them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.scores: list[ModelScore] = []

    def set(self, scores: Sequence[ModelScore]) -> None:
        self.beginResetModel()
        self.scores = list(scores)
        self.endResetModel()

    def append(self, score: ModelScore) -> None:
        at = len(self.scores)
        self.beginInsertRows(QModelIndex(), at, at)
        self.scores.append(score)
        self.endInsertRows()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.scores)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = _COLUMNS[index.column()]
        value = column.value(self.scores[index.row()])
        if role == _VALUE:
            return value
        if role == Qt.ItemDataRole.DisplayRole:
            return column.form.format(value).replace("inf", "∞")
        if role == Qt.ItemDataRole.ToolTipRole:
            return value if isinstance(value, str) else _measured_on(self.scores[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole and not isinstance(value, str):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _COLUMNS[section].tooltip
        return None


class ScoreTable(QWidget):
    """A row for each picture by each model; the mean of each model stays below, however sorted.

    Attributes
    ----------
    note : QLabel
        Says which pictures do not count in a mean, if there are any.
    chosen : Signal(ModelScore)
        A row was double-clicked.
    selected : Signal()
        Another row is selected, or none.
    """

    chosen = Signal(ModelScore)
    selected = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._scores, self._means = _Scores(self), _Scores(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._scores)
        self._sorted.setSortRole(_VALUE)
        self.rows, self.means = QTableView(), QTableView()
        self.rows.setModel(self._sorted)
        self.means.setModel(self._means)
        for view in (self.rows, self.means):
            _arrange(view)
        self.means.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.means.horizontalHeader().hide()
        self.means.hide()
        self.note = QLabel("Pictures that bicubic restores without error do not count in a mean.")
        self.note.setWordWrap(True)
        self.note.hide()
        self._row_height = self.means.verticalHeader().defaultSectionSize()
        header = self.rows.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.rows.setSortingEnabled(True)
        self._keep_columns_together()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_means)
        self.rows.doubleClicked.connect(self._choose)
        self.rows.selectionModel().selectionChanged.connect(self.selected.emit)
        self._sorted.modelReset.connect(self.selected.emit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.rows, stretch=1)
        layout.addWidget(self.means)
        layout.addWidget(self.note)

    @property
    def scores(self) -> list[ModelScore]:
        """All rows but the means, in the order in which they came."""
        return self._scores.scores

    @property
    def current(self) -> ModelScore | None:
        """The row that is selected."""
        indexes = self.rows.selectionModel().selectedRows()
        return self._at(indexes[0]) if indexes else None

    def clear(self) -> None:
        """Remove all rows."""
        self._scores.set([])
        self._narrow_columns()
        self._show_means()

    def add(self, score: ModelScore) -> None:
        """Add a row, at its place if the table is sorted."""
        self._scores.append(score)
        self._make_room(0, score.image.name)
        self._make_room(1, score.model)
        if not self._timer.isActive():
            self._timer.start(_MEANS_EVERY)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for room for every column."""
        return QSize(self.rows.horizontalHeader().length() + 20, 260)

    def _show_means(self) -> None:
        means = mean_scores(self.scores)
        self._means.set(means)
        for mean in means:
            self._make_room(0, _picture(mean))
        self.means.setVisible(bool(means))
        self.note.setVisible(any(mean.counted < mean.pictures for mean in means))
        self._fit_means()

    def _fit_means(self) -> None:
        """Give the means the height of their rows, and of the bar that moves all columns."""
        bar = self.means.horizontalScrollBar()
        height = bar.sizeHint().height() if bar.maximum() > 0 else 0
        height += min(self._means.rowCount(), _MOST_MEANS) * self._row_height
        self.means.setFixedHeight(height + 2)

    def _make_room(self, column: int, name: str) -> None:
        header = self.rows.horizontalHeader()
        width = self.rows.fontMetrics().horizontalAdvance(name) + 10
        header.resizeSection(column, max(header.sectionSize(column), min(width, _NAMES[1])))

    def _keep_columns_together(self) -> None:
        header, below = self.rows.horizontalHeader(), self.means.horizontalHeader()
        header.sectionResized.connect(lambda column, _, width: below.resizeSection(column, width))
        self._narrow_columns()
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        here, there = self.rows.horizontalScrollBar(), self.means.horizontalScrollBar()
        here.valueChanged.connect(there.setValue)
        there.valueChanged.connect(here.setValue)
        there.rangeChanged.connect(self._fit_means)

    def _narrow_columns(self) -> None:
        header = self.rows.horizontalHeader()
        font = header.font()
        font.setBold(True)  # napari's style sheet draws titles bold, which the font does not tell
        titles = QFontMetrics(font)
        number = header.fontMetrics().horizontalAdvance("+0.0000")
        for index, column in enumerate(_COLUMNS):
            width = max(number, titles.horizontalAdvance(column.title)) + 10
            header.resizeSection(index, _NAMES[0] if index < 2 else width)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self._at(index))

    def _at(self, index: QModelIndex) -> ModelScore:
        return self.scores[self._sorted.mapToSource(index).row()]


def _arrange(view: QTableView) -> None:
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 8)
    view.horizontalHeader().setMinimumSectionSize(40)
