"""The live curves of a training run."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from napari.utils.notifications import show_error
from napari.utils.theme import get_theme
from psygnal import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from napari_fsrcnn.widgets.curves_export import write_csv, write_png
from napari_fsrcnn.widgets.save_dialog import ask_where_to_save
from napari_fsrcnn.widgets.train_text import loss_name

# Told apart from each other and from napari's dark and light backgrounds, by colour-blind eyes too.
_NETWORK = "#c96a1a"
_LOSS = "#3f83c4"

_SHORTEST = 105  # pixels of a plot
_LABELLED = 165  # pixels that the longest name of a loss needs
_TICK_HEIGHT = 20  # pixels that a number beside an axis needs


class _LossAxis(pg.AxisItem):
    """A logarithmic axis with few, plain numbers: 0.1, 0.05, 0.02, 0.01."""

    def logTickValues(self, low: float, high: float, size: float, *_: Any) -> list[Any]:  # noqa: N802
        decades = range(math.floor(low), math.ceil(high) + 1)
        for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            ticks = [decade + math.log10(digit) for decade in decades for digit in digits]
            shown = [tick for tick in ticks if low <= tick <= high]
            if len(shown) * _TICK_HEIGHT <= size:
                break
        if len(shown) < 2:
            shown = [low + part * (high - low) for part in (0.1, 0.9)]
        return [(None, shown)]

    def logTickStrings(self, values: list[float], *_: Any) -> list[str]:  # noqa: N802
        return [f"{10**value:.3g}" for value in values]


class Curves(QWidget):
    """Validation PSNR above, with bicubic's as a line, and the loss below, over the steps.

    Attributes
    ----------
    psnr, loss : list of (step, value)
        What :meth:`draw` draws; PSNR in dB.
    bicubic : float or None
        PSNR in dB.
    saved : Signal(Path)
        A file, once it is written.
    """

    saved = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self._psnr_plot, self._loss_plot = _plot("PSNR (dB)"), _plot("loss", _LossAxis("left"))
        self._psnr_plot.getAxis("bottom").setHeight(22)
        self._loss_plot.setLabel("bottom", "step")  # of both
        self._loss_plot.setMinimumHeight(_LABELLED)
        self._loss_plot.setLogMode(y=True)
        self._psnr_curve = self._psnr_plot.plot(
            pen=pg.mkPen(_NETWORK, width=2),
            symbol="o",
            symbolSize=5,
            symbolBrush=_NETWORK,
            symbolPen=None,
            antialias=True,
        )
        self._bicubic_line = self._psnr_plot.plot()
        self._bicubic_label = pg.TextItem()
        self._psnr_plot.addItem(self._bicubic_label, ignoreBounds=True)
        self._loss_curve = self._loss_plot.plot(pen=_LOSS, autoDownsample=True, antialias=True)
        self._plots = QWidget()
        plots = QVBoxLayout(self._plots)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(0)
        plots.addWidget(self._psnr_plot)
        plots.addWidget(self._loss_plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plots, stretch=1)
        layout.addLayout(self._buttons())
        self.start(1, None, "l1")

    def start(self, steps: int, bicubic: float | None, loss: str) -> None:
        """Empty the plots for a run of so many steps with that loss; ``bicubic`` is in dB."""
        self.psnr: list[tuple[int, float]] = []
        self.loss: list[tuple[int, float]] = []
        self.bicubic = bicubic
        self._steps = steps
        self._loss_plot.setLabel("left", f"loss ({loss_name(loss)})")
        for plot in (self._psnr_plot, self._loss_plot):
            plot.setXRange(0, steps, padding=0.02)
        self.draw()

    def draw(self) -> None:
        """Draw all that is known."""
        self._psnr_curve.setData(*_columns(self.psnr))
        self._loss_curve.setData(*_columns(self.loss))
        if self.bicubic is not None:
            self._bicubic_line.setData([0, self._steps], [self.bicubic] * 2)
            self._bicubic_label.setText(f"bicubic {self.bicubic:.2f}")
            self._bicubic_label.setPos(self._steps, self.bicubic)
            # On the side where the network's PSNR leaves room.
            below = any(psnr < self.bicubic for _, psnr in self.psnr)
            self._bicubic_label.setAnchor((1, 1) if not below else (1, 0))

    def save(self, path: Path) -> None:
        """Write a ``.csv`` file of the figures or a ``.png`` of the plots, or say why not."""
        try:
            if path.suffix == ".png":
                write_png(path, self._plots)
            else:
                write_csv(path, self.loss, self.psnr, self.bicubic)
        except OSError as error:
            show_error(f"The curves could not be saved. {error}")
        else:
            self.saved.emit(path)

    def follow_theme(self, name: str) -> None:
        """Take the colours of a theme of napari's."""
        theme = get_theme(name)
        text = theme.text.as_hex()
        for plot in (self._psnr_plot, self._loss_plot):
            plot.setBackground(theme.background.as_hex())
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(theme.secondary.as_hex())
                axis.setTextPen(text)
        self._bicubic_label.setColor(text)
        self._bicubic_line.setPen(pg.mkPen(text, style=pg.QtCore.Qt.PenStyle.DashLine))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for suffix, tooltip in (
            ("csv", "Save step, loss and PSNR as a table"),
            ("png", "Save the curves as a picture"),
        ):
            button = QPushButton(f"Save as {suffix.upper()}...")
            button.setToolTip(tooltip)
            button.clicked.connect(partial(self._ask, suffix))
            row.addWidget(button)
        return row

    def _ask(self, suffix: str) -> None:
        name = f"curves.{suffix}"
        if path := ask_where_to_save(self, "Save curves as", "Curves", name):
            self.save(path)


def _plot(label: str, left: pg.AxisItem | None = None) -> pg.PlotWidget:
    """Make a plot that only shows: a wheel meant for the dock must not change its range."""
    plot = pg.PlotWidget(axisItems={} if left is None else {"left": left})
    plot.setMinimumHeight(_SHORTEST)
    # The form above comes first; the plots have what it leaves.
    plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    plot.setLabel("left", label)
    plot.setMouseEnabled(x=False, y=False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.getAxis("left").setWidth(54)
    plot.getAxis("bottom").setHeight(40)
    # The last step's number stands beyond the end of its axis.
    plot.getAxis("bottom").setStyle(hideOverlappingLabels=False)
    plot.getPlotItem().layout.setContentsMargins(0, 8, 16, 4)
    for side in ("left", "bottom"):
        plot.getAxis(side).enableAutoSIPrefix(False)
    return plot


def _columns(points: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
