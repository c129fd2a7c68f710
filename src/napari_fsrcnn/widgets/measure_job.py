"""PSNR and SSIM of two layers, shown in a dock of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from napari_fsrcnn.evaluation.compare import Comparison, ComparisonStopped, compare
from napari_fsrcnn.image.read import read
from napari_fsrcnn.widgets.figures_text import comparison_table
from napari_fsrcnn.widgets.image_layers import finest_level
from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Advanced, reporting

DOCK = "PSNR and SSIM"


class MeasureJob(Job):
    """Compares two layers in a thread.

    Parameters
    ----------
    viewer : napari.Viewer
    reference, image : Image
    """

    def __init__(self, viewer: Viewer, reference: Image, image: Image) -> None:
        super().__init__(
            "Measuring",
            image.name,
            partial(measuring_events, rgb=bool(reference.rgb)),
            finest_level(reference),
            finest_level(image),
        )
        self._viewer = viewer
        self._names = (reference.name, image.name)
        self._rgb = bool(reference.rgb)

    def handle(self, event: object) -> None:
        """Show the figures."""
        if isinstance(event, Comparison):
            table = comparison_table(*self._names, event, rgb=self._rgb)
            label = self._viewer.window.dock_widgets.get(DOCK) or self._new_dock()
            label.setText(table)
            dock = label.parentWidget()  # perhaps hidden, or behind another tab
            dock.show()
            dock.raise_()

    def _new_dock(self) -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setMargin(8)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._viewer.window.add_dock_widget(label, name=DOCK, area="right")
        return label


def measuring_events(
    reference: Any,
    image: Any,
    *,
    rgb: bool,
    stop: threading.Event,
    report: Callable[[Advanced], None],
) -> Iterator[Comparison]:
    """Compare two arrays, which are read in this thread.

    Yields
    ------
    Comparison
        One, unless ``stop`` was set.

    Raises
    ------
    ValueError
        As :func:`napari_fsrcnn.evaluation.compare.compare`.
    """
    try:
        yield compare(
            read(reference),
            read(image),
            rgb=rgb,
            progress=reporting(report),
            stop=stop,
        )
    except ComparisonStopped:
        return
