"""The layer of a picture that is upscaled where the viewer looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from napari.layers import Image, Layer
from napari.utils.notifications import show_info, show_warning
from qtpy.QtCore import QCoreApplication, QObject, QTimer
from superqt.utils import ensure_main_thread

from napari_fsrcnn.widgets.image_layers import finest_level
from napari_fsrcnn.widgets.lazy_upscaling import Opened
from napari_fsrcnn.widgets.result_layer import upscaled_layer

_TOGETHER = 40
"""Milliseconds in which the blocks that come in are shown together."""


def lazy_layer(viewer: Any, state: Mapping[str, Any], opened: Opened) -> Image:
    """Make the layer, which lives on its own as long as it is in the viewer.

    Its levels are the upscaled picture, the picture itself, and coarser ones. Once it is removed
    from the viewer, and its duplicates too, nothing more is computed, and what was computed is
    freed.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel
    state : mapping
        Of the layer that ``opened`` was made from.
    opened : Opened
    """
    from napari_fsrcnn.widgets.lazy_level import LazyLevel

    upkeep = _Upkeep(viewer, opened)
    return upscaled_layer(
        state,
        [LazyLevel(opened.blocks, upkeep.sharpener), *opened.levels],
        opened.model.scale,
        label=opened.model.name,
        provenance=opened.provenance,
    )


class _Upkeep(QObject):
    """Shows blocks as they come in, says what can't be computed, and frees all in the end."""

    def __init__(self, viewer: Any, opened: Opened) -> None:
        # Loads torch.
        from napari_fsrcnn.inference.sharpener import Sharpener

        super().__init__()
        self._viewer = viewer
        # These methods keep this object, and the layers keep the sharpener.
        self.sharpener = Sharpener(opened.blocks, self._show_soon, self._tell, show_info)
        self._told: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TOGETHER)
        self._timer.timeout.connect(self._show)
        viewer.layers.events.removed.connect(self._follow_removed)
        QCoreApplication.instance().aboutToQuit.connect(self._end)

    @ensure_main_thread
    def _show_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        for layer in self._layers():
            layer.refresh(thumbnail=False, highlight=False, extent=False)

    @ensure_main_thread
    def _tell(self, sentence: str) -> None:
        layers = self._layers()
        if layers and sentence not in self._told:
            self._told.add(sentence)
            show_warning(
                f"Parts of {layers[0].name} can't be upscaled and show the picture as it is. "
                f"{sentence}"
            )

    def _follow_removed(self, event: Any) -> None:
        if self._is_shown_by(event.value) and not self._layers():
            self._end()

    def _layers(self) -> list[Image]:
        """Find the layers that show the picture: napari's duplicates share its level."""
        return [layer for layer in self._viewer.layers if self._is_shown_by(layer)]

    def _is_shown_by(self, layer: Layer) -> bool:
        if not isinstance(layer, Image):
            return False
        # Not "is": plugins see a viewer whose layers, and what they hold, are wrapped.
        return bool(getattr(finest_level(layer), "sharpener", None) == self.sharpener)

    def _end(self) -> None:
        self.sharpener.close()
