"""Which part of a picture is measured."""

import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.evaluation.sample import describe_sample, middle, take_sample

LENGTHS = st.integers(1, 5000)


@given(st.lists(LENGTHS, max_size=3), LENGTHS, LENGTHS, st.integers(1, 10**6))
def test_the_middle_is_inside_around_the_centre_and_within_bounds(
    lead: list[int], height: int, width: int, pixels: int
) -> None:
    shape = (*lead, height, width)
    place = middle(shape, pixels)
    sizes = [each.stop - each.start for each in place]
    assert np.prod(sizes, dtype=float) <= pixels
    for each, length in zip(place, shape, strict=True):
        assert 0 <= each.start < each.stop <= length
        assert abs(each.start - (length - each.stop)) <= 1


@given(st.lists(st.integers(1, 20), max_size=3), st.integers(1, 300), st.integers(1, 300))
def test_what_is_small_is_taken_whole(lead: list[int], height: int, width: int) -> None:
    place = middle((*lead, height, width), 300 * 300 * 20)
    taken = [each.stop - each.start for each in place]
    assert taken[len(lead) :] == [height, width]
    if lead:
        assert taken[len(lead) - 1] == lead[-1]


def test_of_a_lazy_array_only_the_sample_is_read() -> None:
    read = []

    def block(block_id: tuple[int, ...]) -> np.ndarray:
        read.append(block_id)
        return np.arange(512 * 512, dtype=np.uint16).reshape(1, 512, 512)

    shape = (9, 40_960, 40_960)
    lazy = da.map_blocks(
        block,
        chunks=((1,) * 9, (512,) * 80, (512,) * 80),
        dtype=np.uint16,
        meta=np.empty((0, 0, 0), np.uint16),
    )
    assert lazy.shape == shape
    sample = take_sample(lazy, 3, rgb=False)
    assert sample.hr.shape == (1, 1023, 1023)
    assert sample.start == (4, 19_968, 19_968)
    assert 0 < len(read) <= 9
    assert sample.description == (
        "the middle plane of 9, the middle 1024 x 1024 of 40960 x 40960 pixels"
    )


def test_colour_comes_without_alpha() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 41, 50, 4), np.uint8)
    sample = take_sample(picture, 2, rgb=True)
    np.testing.assert_array_equal(sample.hr, picture[:, :40, :, :3])
    assert sample.description == "5 planes, 41 x 50 pixels"


@pytest.mark.parametrize(
    ("image", "rgb", "sentence"),
    [
        (np.zeros(40), False, "at least 2 axes"),
        (np.zeros((40, 3)), True, "at least 3 axes"),
        (np.zeros((0, 40)), False, "is empty"),
        (np.zeros((40, 40), complex), False, "complex128"),
        (np.full((40, 40), np.nan), False, "NaN or infinity"),
        (np.eye(17), False, "17 x 17 pixels, and a self-test x3 needs 18 x 18"),
        (np.eye(20, 17), False, "20 x 17 pixels, and a self-test x3 needs 18 x 18"),
        (np.full((40, 40), 9, np.uint16), False, "same value everywhere"),
    ],
)
def test_what_cannot_be_tested_is_refused(image: np.ndarray, rgb: bool, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        take_sample(image, 3, rgb=rgb)


@pytest.mark.parametrize(
    ("shape", "start", "part", "text"),
    [
        ((1, 30, 40), (0, 0, 0), (1, 30, 40), "30 x 40 pixels"),
        ((2, 3, 30, 40), (0, 0, 0, 0), (2, 3, 30, 40), "6 planes, 30 x 40 pixels"),
        ((2, 9, 30, 40), (0, 2, 0, 0), (1, 4, 30, 40), "the middle 4 planes of 18, 30 x 40 pixels"),
        ((9, 30, 40), (0, 0, 0), (1, 30, 40), "an outer plane of 9, 30 x 40 pixels"),
        ((30, 40), (10, 0), (10, 40), "the middle 10 x 40 of 30 x 40 pixels"),
    ],
)
def test_it_is_said_how_much_was_measured(
    shape: tuple[int, ...], start: tuple[int, ...], part: tuple[int, ...], text: str
) -> None:
    place = tuple(slice(at, at + size) for at, size in zip(start, part, strict=True))
    assert describe_sample(shape, place) == text


def test_where_the_middle_is_empty_another_part_is_taken() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (3072, 3072), np.uint8)
    picture[900:2200, 900:2200] = 0
    sample = take_sample(picture, 2, rgb=False)
    assert sample.start == (1024, 0)
    np.testing.assert_array_equal(sample.hr, picture[1024:2048, :1024])
    assert sample.description == "an outer 1024 x 1024 of 3072 x 3072 pixels"


def test_where_the_middle_plane_is_empty_another_is_taken() -> None:
    stack = np.zeros((9, 1024, 1024), np.uint8)
    stack[-1, :, 500:] = 9
    sample = take_sample(stack, 2, rgb=False)
    assert sample.start == (8, 0, 0)
    assert sample.description == "an outer plane of 9, 1024 x 1024 pixels"


@pytest.mark.parametrize("lead", [(), (9,), (9, 9, 9), (9,) * 8])
def test_of_an_empty_lazy_array_only_a_few_parts_are_read(lead: tuple[int, ...]) -> None:
    read = []

    class Empty:
        shape = (*lead, 4096, 4096)
        ndim = len(shape)
        dtype = np.dtype(np.uint8)

        def __getitem__(self, place: tuple[slice, ...]) -> np.ndarray:
            read.append(place)
            return np.zeros([each.stop - each.start for each in place], np.uint8)

    with pytest.raises(ValueError, match="same value everywhere"):
        take_sample(Empty(), 2, rgb=False)
    assert len(read) == min(9 + 2 * len(lead), 20)


def test_the_first_and_last_planes_of_each_axis_are_looked_at() -> None:
    stack = np.zeros((5, 7, 1024, 1024), np.uint8)
    stack[2, -1, :, 500:] = 9
    assert take_sample(stack, 2, rgb=False).start == (2, 6, 0, 0)
    stack = np.zeros((5, 7, 1024, 1024), np.uint8)
    stack[0, 3, :, 500:] = 9
    assert take_sample(stack, 2, rgb=False).start == (0, 3, 0, 0)
