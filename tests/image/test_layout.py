"""Which arrays are pictures, and which of their axes are colour."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_fsrcnn.image.layout import check_picture, guess_rgb


@pytest.mark.parametrize(
    ("shape", "rgb"),
    [
        ((31, 31, 3), True),
        ((31, 31, 4), True),
        ((2, 5, 31, 31, 3), True),
        ((30, 31, 3), False),
        ((31, 30, 3), False),
        ((64, 64, 2), False),
        ((64, 64, 5), False),
        ((64, 3), False),
        ((4,), False),
        ((), False),
        ((3, 64, 64), False),
    ],
)
def test_color_is_guessed_as_napari_does(shape: tuple[int, ...], rgb: bool) -> None:
    assert guess_rgb(shape) == rgb


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", ">u2", "u4", "i8", "f2", ">f4", "f8", "g"])
@pytest.mark.parametrize(
    ("shape", "rgb"),
    [((1, 1), False), ((2, 3, 4, 5), False), ((1, 1, 3), True), ((2, 3, 4, 4), True)],
)
def test_pictures_pass(dtype: str, shape: tuple[int, ...], rgb: bool) -> None:
    check_picture(np.ones(shape, dtype), rgb=rgb)


def with_value(value: float, dtype: str = "f4") -> NDArray[Any]:
    image = np.zeros((3, 3), dtype)
    image[1, 2] = value
    return image


@pytest.mark.parametrize(
    ("image", "rgb", "sentence"),
    [
        (np.zeros((3, 3), complex), False, "data type complex128; only bool, integer and float"),
        (np.zeros((3, 3), object), False, "data type object"),
        (np.zeros((3, 3), "datetime64[s]"), False, "data type datetime64"),
        (np.zeros((3, 3), "U4"), False, "data type <U4"),
        (np.zeros((3, 3), [("a", "f4")]), False, "data type"),
        (np.array(5.0), False, r"at least 2 axes \(Y, X\); its shape is \(\)"),
        (np.zeros(7), False, r"at least 2 axes \(Y, X\); its shape is \(7,\)"),
        (np.zeros((7, 3)), True, r"at least 3 axes \(Y, X, colour\); its shape is \(7, 3\)"),
        (np.zeros((0, 7)), False, r"empty: its shape is \(0, 7\)"),
        (np.zeros((0, 7, 7, 3)), True, "empty"),
        (np.zeros((7, 7, 2)), True, r"3 or 4 values on its last axis; its shape is \(7, 7, 2\)"),
        (with_value(np.nan), False, "NaN or infinity"),
        (with_value(np.inf), False, "NaN or infinity"),
        (with_value(-np.inf, ">f2"), False, "NaN or infinity"),
    ],
)
def test_what_is_no_picture_is_refused(image: NDArray[Any], rgb: bool, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_picture(image, rgb=rgb)
