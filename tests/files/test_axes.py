"""Axes as OME-Zarr wants them: names, units, order, and where pixels lie after a change of size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.files.axes import Axis, named_axis, ome_order, resample_plane


def axes(letters: str) -> list[Axis]:
    return [named_axis(letter) for letter in letters]


@given(
    length=st.integers(1, 50),
    factor=st.integers(2, 8),
    scale=st.floats(0.01, 100),
    translation=st.floats(-100, 100),
)
def test_the_extent_stays_when_pixels_become_smaller(
    length: int, factor: int, scale: float, translation: float
) -> None:
    before = Axis("x", "space", "micrometer", scale, translation)
    after = before.resampled(factor)
    # The outer edge of the first pixel, and that of the last.
    for axis, n in ((before, length), (after, factor * length)):
        assert axis.translation - axis.scale / 2 == pytest.approx(translation - scale / 2)
        last = axis.translation + (n - 0.5) * axis.scale
        assert last == pytest.approx(translation + (length - 0.5) * scale)
    assert (after.name, after.type, after.unit) == ("x", "space", "micrometer")
    back = after.resampled(1 / factor)
    assert (back.scale, back.translation) == pytest.approx((scale, translation))


def test_only_the_plane_is_resampled() -> None:
    found = resample_plane(axes("tzyx"), 2)
    assert [axis.scale for axis in found] == [1, 1, 0.5, 0.5]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("µm", "micrometer"),
        ("micron", "micrometer"),
        ("nm", "nanometer"),
        ("\N{LATIN CAPITAL LETTER A WITH RING ABOVE}", "angstrom"),
        ("\N{ANGSTROM SIGN}", "angstrom"),
        ("inch", "inch"),
        ("pixel", ""),
        ("pixels", ""),
    ],
)
def test_units_are_written_in_full(unit: str, expected: str) -> None:
    assert named_axis("X", unit).unit == expected


@pytest.mark.parametrize(
    ("letters", "ordered"),
    [("YX", "yx"), ("ZTCYX", "tczyx"), ("TZYXC", "tczyx"), ("QYX", "qyx"), ("ZYX", "zyx")],
)
def test_order(letters: str, ordered: str) -> None:
    found = axes(letters)
    assert "".join(found[axis].name for axis in ome_order(found)) == ordered


@pytest.mark.parametrize("letters", ["CYXC", "TTYX", "QCYX", "TQZCYX", "ZZYX"])
def test_what_has_no_place_is_refused(letters: str) -> None:
    with pytest.raises(ValueError, match="split the picture first"):
        ome_order(axes(letters))
