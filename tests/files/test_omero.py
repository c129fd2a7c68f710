"""Channels described for OME-Zarr: what is known is kept, the rest is filled in."""

from typing import Any

import numpy as np
import pytest
from ome_zarr_models.common.omero import Omero

from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.omero import describe_channels
from napari_fsrcnn.files.open_picture import OpenPicture


def picture(dtype: str, letters: str = "cyx", **omero: Any) -> OpenPicture:
    data = np.zeros((3,) * len(letters), dtype)
    axes = tuple(named_axis(letter) for letter in letters)
    return OpenPicture(data, rgb=letters.endswith("c"), axes=axes, omero=omero)


def test_what_is_known_is_kept() -> None:
    channel = {
        "label": "DAPI",
        "color": "0000FF",
        "coefficient": 2,
        "window": {"min": 0, "max": 4095, "start": 100, "end": 2000},
    }
    found = describe_channels(
        picture("u2", channels=[channel] * 3, rdefs={"model": "color"}), (5, 9)
    )
    assert found["rdefs"] == {"model": "color"}
    assert found["channels"] == [{"active": True, **channel}] * 3


@pytest.mark.parametrize(
    ("dtype", "limits", "window"),
    [
        ("u2", (5, 900), {"min": 0, "max": 65535, "start": 5, "end": 900}),
        ("i2", (-5, 900), {"min": -32768, "max": 32767, "start": -5, "end": 900}),
        ("f4", (0, 4095), {"min": 0, "max": 4095, "start": 0, "end": 4095}),
        ("f4", (7, 7), {"min": 7, "max": 8, "start": 7, "end": 8}),  # no empty window
        ("?", (0, 1), {"min": 0, "max": 1, "start": 0, "end": 1}),
    ],
)
def test_a_name_alone_is_completed_as_the_specification_wants(
    dtype: str, limits: tuple[float, float], window: dict[str, float]
) -> None:
    found = describe_channels(picture(dtype, channels=[{"label": "DAPI"}] * 3), limits)
    Omero.model_validate(found)
    shown = {"label": "DAPI", "color": "FFFFFF", "active": True, "window": window}
    assert found == {"channels": [shown] * 3}


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ({"start": 100, "end": 200}, {"min": 0, "max": 65535, "start": 100, "end": 200}),
        ({"max": 4095, "end": None}, {"min": 0, "max": 4095, "start": 5, "end": 900}),
        (None, {"min": 0, "max": 65535, "start": 5, "end": 900}),
        ([100, 200], {"min": 0, "max": 65535, "start": 5, "end": 900}),
    ],
)
def test_what_is_said_in_part_is_completed(said: Any, window: dict[str, float]) -> None:
    channel = {"label": "DAPI", "color": None, "active": None, "window": said}
    found = describe_channels(picture("u2", channels=[channel] * 3), (5, 900))
    Omero.model_validate(found)
    shown = {"label": "DAPI", "color": "FFFFFF", "active": True, "window": window}
    assert found == {"channels": [shown] * 3}


@pytest.mark.parametrize("letters", ["cyx", "tczyx"])
def test_each_of_several_channels_is_shown_by_its_own_range(letters: str) -> None:
    """With that of all, a dim one would be black."""
    shape = [2 if letter in "tzc" else 40 for letter in letters]
    rng = np.random.default_rng(0)
    data = rng.integers(100, 200, shape).astype(np.uint16)
    bright = (slice(None),) * letters.index("c") + (1,)
    data[bright] *= 100
    given = OpenPicture(
        data,
        rgb=False,
        axes=tuple(named_axis(letter) for letter in letters),
        omero={"channels": [{"label": "GFP"}, {"window": {"end": 15_000.0}}]},
    )
    dim, shown = (
        channel["window"] for channel in describe_channels(given, (100, 20_000))["channels"]
    )
    assert (dim["start"], dim["end"]) == pytest.approx((100, 199), abs=1)
    assert (shown["start"], shown["end"]) == (pytest.approx(10_000, abs=100), 15_000)
    assert (dim["min"], dim["max"]) == (0, 65535)


def test_a_channel_that_is_not_there_or_not_finite_is_shown_by_the_range_of_all() -> None:
    data = np.full((2, 40, 40), np.nan, np.float32)
    given = OpenPicture(
        data,
        rgb=False,
        axes=tuple(named_axis(letter) for letter in "cyx"),
        omero={"channels": [{"label": "a"}] * 3},
    )
    windows = [channel["window"] for channel in describe_channels(given, (5, 9))["channels"]]
    assert windows == [{"min": 5, "max": 9, "start": 5, "end": 9}] * 3


def test_colour_is_red_green_and_blue() -> None:
    found = describe_channels(picture("u1", "yxc"), (0, 255))
    assert [channel["color"] for channel in found["channels"]] == ["FF0000", "00FF00", "0000FF"]


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert describe_channels(picture("u1"), (0, 255)) == {}
