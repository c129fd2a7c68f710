"""A measured picture in the viewer: HR, LR, bicubic, the model's result and its error."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import numpy as np
from napari.layers import Image
from numpy.typing import NDArray

from napari_fsrcnn.widgets.evaluating import Opened
from napari_fsrcnn.widgets.plane_place import plane_place
from napari_fsrcnn.widgets.preview_layers import add_quietly, link_afresh
from napari_fsrcnn.widgets.result_layer import METADATA_KEY

WORST = 0.1
"""Error, as a part of the data range, from which on its map is white."""

_ERROR = " error"  # at the end of a layer's name, where a narrow layer list shows it


def open_layers(viewer: Any, opened: Opened, over: Image | None) -> None:
    """Put the planes of a picture on each other, linked, under one name.

    Layers of the same picture by another model are kept, and share its HR, LR and bicubic. Another
    picture of the same name gets a number.

    Parameters
    ----------
    viewer : napari.Viewer or ViewerModel
    opened : Opened
    over : Image, optional
        The layer that HR is a plane of: all lie over it.
    """
    planes = {
        "HR": opened.hr,
        "LR": opened.lr,
        "bicubic": opened.bicubic,
        opened.model: opened.restored,
        f"{opened.model}{_ERROR}": opened.error,
    }
    place = plane_place(over)
    title, known = _group(viewer, opened)
    new = []
    for kind, plane in planes.items():
        if kind in known:
            known[kind].data = plane
        else:
            known[kind] = _layer(title, kind, plane)
            new.append(known[kind])
        place.take(known[kind], opened.scale if kind == "LR" else 1)
    add_quietly(viewer, new)
    _link(viewer, known)
    if over is None and known["HR"] in new:
        viewer.reset_view()


def _group(viewer: Any, opened: Opened) -> tuple[str, dict[str, Image]]:
    """Find the name that a picture's layers bear, and those that are in the viewer."""
    name = f"x{opened.scale} {opened.picture}"
    titles = (name if n == 1 else f"{name} ({n})" for n in count(1))
    groups = ((title, _layers_of(viewer, title)) for title in titles)
    return next(
        (title, known)
        for title, known in groups
        if "HR" not in known or np.array_equal(known["HR"].data, opened.hr)
    )


def _layers_of(viewer: Any, title: str) -> dict[str, Image]:
    """Find the layers of a picture that are in the viewer, by their kinds."""
    marks = ((layer.metadata.get(METADATA_KEY), layer) for layer in viewer.layers)
    return {
        mark["kind"]: layer
        for mark, layer in marks
        if isinstance(mark, Mapping) and mark.get("opened") == title
    }


def _layer(title: str, kind: str, plane: NDArray[np.float32]) -> Image:
    error = _is_error(kind)
    return Image(
        plane,
        name=f"{title}: {kind}",
        contrast_limits=(0, WORST if error else 1),
        colormap="inferno" if error else "gray",
        visible=not error,
        metadata={METADATA_KEY: {"opened": title, "kind": kind}},
    )


def _link(viewer: Any, layers: Mapping[str, Image]) -> None:
    """Link pictures with pictures and errors with errors; all look alike when zoomed in."""
    pictures = [layer for kind, layer in layers.items() if not _is_error(kind)]
    errors = [layer for kind, layer in layers.items() if _is_error(kind)]
    for alike in (pictures, errors):
        link_afresh(viewer, alike, ("contrast_limits", "gamma", "colormap"))
    link_afresh(viewer, [*pictures, *errors], ("interpolation2d",))


def _is_error(kind: str) -> bool:
    return kind.endswith(_ERROR)
