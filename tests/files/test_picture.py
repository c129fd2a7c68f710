"""What a picture knows of its axes and pixels."""

import numpy as np
import pytest

from napari_fsrcnn.files.picture import Picture


@pytest.mark.parametrize(
    ("shape", "rgb", "axes"),
    [((4, 5), False, "YX"), ((2, 4, 5), False, "QYX"), ((2, 4, 5, 3), True, "QYXS")],
)
def test_axes_follow_from_the_shape(shape: tuple[int, ...], rgb: bool, axes: str) -> None:
    assert Picture(np.zeros(shape), rgb).axes == axes


@pytest.mark.parametrize(
    ("shape", "rgb", "axes"),
    [((4, 5), False, "ZYX"), ((4, 5), False, "XY"), ((4, 5, 3), False, "YXS"), ((5,), False, "")],
)
def test_axes_that_do_not_fit_are_refused(shape: tuple[int, ...], rgb: bool, axes: str) -> None:
    with pytest.raises(ValueError, match="one letter an axis is needed"):
        Picture(np.zeros(shape), rgb, axes)


def test_enlarged_keeps_what_is_true_of_the_upscaled_picture() -> None:
    imagej = {"Labels": ["a", "b"], "xorigin": 5.0, "yorigin": "2", "ROI": b"", "Overlays": [b""]}
    size = {"Z": 2.0, "Y": 0.4, "X": 0.2}
    picture = Picture(np.zeros((2, 3, 4), np.uint16), False, "ZYX", size, "µm", imagej)
    enlarged = picture.enlarged(np.ones((2, 6, 8), np.uint16), 2)
    assert enlarged.data.shape == (2, 6, 8)
    assert enlarged.axes == "ZYX"
    assert dict(enlarged.pixel_size) == {"Z": 2.0, "Y": 0.2, "X": 0.1}
    assert enlarged.unit == "µm"
    assert dict(enlarged.imagej) == {"Labels": ["a", "b"], "xorigin": 10.0, "yorigin": 4.0}


def test_planes_come_with_their_index() -> None:
    data = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    planes = Picture(data).planes()
    assert [index for index, _ in planes] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert all(np.array_equal(plane, data[index]) for index, plane in planes)
    (only,) = Picture(np.zeros((4, 5, 3)), rgb=True).planes()
    assert only[0] == ()
    assert only[1].shape == (4, 5, 3)
