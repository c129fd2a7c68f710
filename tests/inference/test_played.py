"""Which planes come next."""

import pytest

from napari_fsrcnn.inference.played import Played


@pytest.mark.parametrize(
    ("shown", "coming"),
    [
        ([(4, 2)], []),
        ([(4, 2), (5, 2)], [(6, 2), (7, 2)]),
        ([(4, 2), (3, 2)], [(2, 2), (1, 2)]),
        ([(4, 2), (5, 2), (5, 2)], [(6, 2), (7, 2)]),  # drawn again
        ([(4, 2), (6, 2)], [(8, 2), (0, 2)]),  # a frame was left out
        ([(4, 2), (5, 2), (5, 3)], [(5, 0), (5, 1)]),
        ([(8, 2), (0, 2)], [(2, 2), (4, 2)]),
        ([(0, 2), (8, 2)], [(6, 2), (4, 2)]),
        ([(8, 2), (9, 2)], [(0, 2), (1, 2)]),
        ([(9, 2), (0, 2)], [(1, 2), (2, 2)]),
        ([(0, 2), (9, 2)], [(8, 2), (7, 2)]),
        ([(4, 2), (5, 2), (1, 1)], []),
        ([()], []),
    ],
)
def test_it_goes_on_as_it_went(shown: list[tuple[int, ...]], coming: list[tuple[int, ...]]) -> None:
    played = Played((10, 4) if shown[0] else ())
    for plane in shown:
        played.show(plane)
    assert list(played.next_planes(2)) == coming


def test_no_plane_comes_twice_nor_the_one_that_is_shown() -> None:
    played = Played((3,))
    for plane in ((0,), (1,)):
        played.show(plane)
    assert list(played.next_planes(10)) == [(2,), (0,)]
