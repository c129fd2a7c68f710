"""Enlargements in a viewer of their own, each over the picture that it comes from."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import napari
from napari.layers import Image, Layer
from numpy.typing import NDArray

from napari_fsrcnn.widgets.result_layer import layer_state, upscaled_layer


def check_display() -> None:
    """Refuse to open a window where none can be opened, before the work that it is to show.

    Raises
    ------
    ValueError
        No Qt is installed; or on Linux there is no X11 or Wayland, so that Qt would end the whole
        program.
    """
    try:
        import qtpy.QtWidgets  # noqa: F401
    except ImportError:
        raise ValueError(
            'napari needs Qt to open a window: pip install "napari[all]", or leave out --view.'
        ) from None
    shown_by = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in shown_by):
        raise ValueError("napari needs a display, and there is none here: leave out --view.")


def enlargement_layers(
    name: str, picture: NDArray, enlargements: Mapping[str, NDArray], scale: int, left: float = 0
) -> list[Layer]:
    """Make the layers of a colour picture and of its enlargements, all in one place.

    Parameters
    ----------
    name : str
    picture : ndarray, shape (Y, X, 3)
    enlargements : mapping of str to ndarray, shape (scale * Y, scale * X, 3)
        By what made them.
    scale : int
    left : float
        Where the picture begins on X.
    """
    source = Image(picture, name=name, rgb=True, translate=(0, left))
    return [
        source,
        *(
            upscaled_layer(layer_state(source), data, scale, label=label, provenance={})
            for label, data in enlargements.items()
        ),
    ]


def view(layers: Sequence[Layer]) -> None:
    """Open a viewer with these layers, and wait until it is closed."""
    viewer = napari.Viewer(title="napari-fsrcnn demo")
    viewer.layers.extend(layers)
    viewer.reset_view()
    napari.run()
