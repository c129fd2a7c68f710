"""The curves show what they are given, readable in napari's themes."""

import numpy as np
import pytest
from napari.utils.theme import get_theme
from pyqtgraph import PlotWidget, TextItem, mkPen
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPointF
from qtpy.QtGui import QColor

from napari_fsrcnn.widgets.curves import Curves


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    widget = Curves()
    qtbot.addWidget(widget)
    return widget


def drawn(curves: Curves) -> list[tuple[list[float], list[float]]]:
    """What lies in the plots: PSNR, bicubic, loss."""
    parts = [
        item.getOriginalDataset()
        for plot in curves.findChildren(PlotWidget)
        for item in plot.listDataItems()
    ]
    return [(_listed(x), _listed(y)) for x, y in parts]


def _listed(values: np.ndarray | None) -> list[float]:
    return [] if values is None else values.tolist()


def test_psnr_and_bicubic_over_the_whole_run(curves: Curves) -> None:
    curves.start(100, 29.5, "l1")
    curves.psnr += [(50, 28.0), (100, 31.0)]
    curves.draw()
    psnr, bicubic, _ = drawn(curves)
    assert psnr == ([50, 100], [28.0, 31.0])
    assert bicubic == ([0, 100], [29.5, 29.5])


def test_every_loss_is_drawn(curves: Curves) -> None:
    curves.start(1000, 29.5, "l1")
    steps, losses = list(range(1, 1001)), np.linspace(1, 0.1, 1000).tolist()
    curves.loss += zip(steps, losses, strict=True)
    curves.draw()
    assert drawn(curves)[-1] == (steps, losses)


def test_a_new_run_starts_empty(curves: Curves) -> None:
    curves.start(100, 29.5, "l1")
    curves.psnr.append((50, 28.0))
    curves.loss.append((50, 0.1))
    curves.draw()
    curves.start(10, 33.0, "mse")
    assert drawn(curves) == [([], []), ([0, 10], [33.0, 33.0]), ([], [])]


def test_axes_say_what_they_show(curves: Curves) -> None:
    curves.start(10, 33.0, "mse")
    labels = [
        (plot.getAxis("left").labelText, plot.getAxis("bottom").labelText)
        for plot in curves.findChildren(PlotWidget)
    ]
    assert labels == [("PSNR (dB)", ""), ("loss (MSE)", "step")]


def test_the_loss_axis_has_plain_numbers(curves: Curves) -> None:
    curves.start(10, 33.0, "mse")
    *_, plot = curves.findChildren(PlotWidget)
    axis = plot.getAxis("left")
    ((_, ticks),) = axis.tickValues(-3, 0, 240)
    strings = axis.tickStrings(ticks, 1, 1)
    assert strings == ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]


def test_a_narrow_loss_axis_has_numbers_too(curves: Curves) -> None:
    *_, plot = curves.findChildren(PlotWidget)
    axis = plot.getAxis("left")
    ((_, ticks),) = axis.tickValues(np.log10(0.021), np.log10(0.09), 200)
    assert axis.tickStrings(ticks, 1, 1) == ["0.03", "0.05", "0.07"]


def test_two_almost_equal_losses_have_numbers(curves: Curves) -> None:
    *_, plot = curves.findChildren(PlotWidget)
    axis = plot.getAxis("left")
    ((_, ticks),) = axis.tickValues(np.log10(0.0531), np.log10(0.0582), 200)
    assert axis.tickStrings(ticks, 1, 1) == ["0.0536", "0.0577"]


@pytest.mark.parametrize(("psnr", "above"), [(31.0, True), (28.0, False)])
def test_the_name_of_bicubic_is_not_cut(curves: Curves, psnr: float, above: bool) -> None:
    curves.resize(300, 400)
    curves.show()
    curves.start(100, 29.5, "l1")
    curves.psnr += [(50, psnr), (100, psnr)]
    curves.draw()
    plot, _ = curves.findChildren(PlotWidget)
    plot.grab()
    (label,) = [item for item in plot.getPlotItem().items if isinstance(item, TextItem)]
    box = label.mapRectToScene(label.boundingRect())
    assert plot.getPlotItem().vb.sceneBoundingRect().contains(box)
    line = plot.getPlotItem().vb.mapViewToScene(QPointF(100, 29.5)).y()
    assert (box.center().y() < line) == above


def luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    values = np.array(color.getRgbF()[:3])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_lines_and_text_stand_out_in_napari_s_themes(curves: Curves, theme: str) -> None:
    curves.follow_theme(theme)
    for plot in curves.findChildren(PlotWidget):
        background = plot.backgroundBrush().color()
        assert background == QColor(get_theme(theme).background.as_hex())
        pens = [item.opts["pen"] for item in plot.listDataItems()]
        pens += [plot.getAxis("left").textPen(), plot.getAxis("bottom").textPen()]
        for pen in pens:
            dark, light = sorted([luminance(mkPen(pen).color()), luminance(background)])
            assert (light + 0.05) / (dark + 0.05) >= 3  # WCAG 2.2, 1.4.11: graphical objects


def test_a_low_axis_has_fewer_numbers(curves: Curves) -> None:
    *_, plot = curves.findChildren(PlotWidget)

    def count(height: int) -> int:
        ((_, ticks),) = plot.getAxis("left").tickValues(-4, 0, height)
        return len(ticks)

    assert count(300) > count(120) > 3
