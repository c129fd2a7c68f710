"""File > Open Sample: a chart that the package brings, and photographs that it fetches.

napari calls these on its main thread and waits, so each fetches only the one or two small files
that it shows.
"""

from __future__ import annotations

from functools import partial
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from napari.utils.notifications import show_error

from napari_fsrcnn.datasets.bsd100 import bsd100_file, bsd100_pair
from napari_fsrcnn.datasets.download import DownloadError
from napari_fsrcnn.files.pictures import read_picture
from napari_fsrcnn.widgets.preferences import use_preferred_cache

LayerData = tuple[Any, dict[str, Any], str]

_SECONDS = 8.0  # that the window may stand still for a file


def resolution_chart() -> list[LayerData]:
    """Return the chart that ``sample_data/resolution_chart.py`` draws: uint8, (512, 512, 3)."""
    with as_file(files("napari_fsrcnn") / "widgets/samples/resolution_chart.png") as path:
        chart = read_picture(path)
    return [_image(chart.data, "Resolution chart")]


def bsd100_picture(number: int, subject: str) -> list[LayerData]:
    """Return one HR picture of BSD-100, uint8, (320, 480, 3) or upright; or say why not."""
    use_preferred_cache()
    name = f"image_SRF_2/img_{number:03}_SRF_2_HR.png"
    try:
        picture = read_picture(bsd100_file(name, timeout=_SECONDS))
    except (DownloadError, ValueError) as error:
        return _nothing(error)
    return [_image(picture.data, f"{subject} (BSD-100 img_{number:03})")]


def bsd100_layers(number: int, subject: str, scale: int) -> list[LayerData]:
    """Return HR and LR of one picture of BSD-100, LR exactly over HR; or say why not."""
    use_preferred_cache()
    try:
        pair = bsd100_pair(number, scale, timeout=_SECONDS)
    except (DownloadError, ValueError) as error:
        return _nothing(error)
    # The centre of the first LR pixel lies between the first scale x scale HR pixels.
    first = (scale - 1) / 2
    return [
        _image(pair.hr, f"{subject} HR"),
        _image(pair.lr, f"{subject} LR x{scale}", scale=(scale,) * 2, translate=(first,) * 2),
    ]


def _nothing(error: Exception) -> list[LayerData]:
    """Tell the user; and no layer for napari.

    napari would show an exception with its traceback, and it takes an empty list for a mistake of
    the plugin; an image of no channels, which is to become a layer for each channel, adds nothing.
    """
    show_error(f"The sample is not shown: {error}")
    return [(np.empty((0, 1, 1)), {"channel_axis": 0}, "image")]


def _image(data: Any, name: str, **placement: tuple[float, float]) -> LayerData:
    return data, {"name": name, "rgb": True, **placement}, "image"


tiger = partial(bsd100_picture, 7, "Tiger")
castle = partial(bsd100_picture, 3, "Castle")
anemone_fish = partial(bsd100_picture, 40, "Anemone fish")
pair_x2 = partial(bsd100_layers, 52, "Zebras", 2)
pair_x3 = partial(bsd100_layers, 52, "Zebras", 3)
pair_x4 = partial(bsd100_layers, 52, "Zebras", 4)
