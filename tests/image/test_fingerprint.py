"""A picture is known by its values, however they lie in memory."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.fingerprint import fingerprint

dtypes = st.sampled_from(["?", "u1", "u2", "i4", "f2", "f4", "f8"])
shapes = hnp.array_shapes(min_dims=2, max_dims=3, max_side=6)
pictures = hnp.arrays(dtypes, shapes, elements=st.integers(0, 1))


@given(picture=pictures)
def test_memory_layout_and_byte_order_do_not_count(picture: NDArray[Any]) -> None:
    expected = fingerprint(picture)
    assert fingerprint(picture.astype(picture.dtype.newbyteorder(">"))) == expected
    assert fingerprint(np.asfortranarray(picture)) == expected
    assert fingerprint(np.ascontiguousarray(picture[::-1, ::-1])[::-1, ::-1]) == expected


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (3, 5, 3)])
def test_a_single_colour_is_nothing_to_tell_a_picture_by(shape: tuple[int, ...]) -> None:
    colour = np.arange(3) if len(shape) == 3 else 7
    assert fingerprint(np.full(shape, colour)) == ""


def test_every_dtype_has_one() -> None:
    assert len(fingerprint(np.arange(6, dtype=np.longdouble).reshape(2, 3))) == 10


def test_values_shape_and_dtype_count() -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(4, 6)
    changed = picture.copy()
    changed[3, 5] += 1
    others: list[NDArray[Any]] = [
        picture.T,
        picture.reshape(6, 4),
        picture.astype(np.uint16),
        picture[:3],
        changed,
    ]
    found = {fingerprint(each) for each in [picture, *others]}
    assert len(found) == 6
    assert all(len(each) == 10 for each in found)
