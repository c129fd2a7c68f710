"""How a plane is cut: each pixel written once, read with its halo, in batches of equal tiles."""

from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.inference.spans import batches, halves, spans, tiles

sizes = st.tuples(st.integers(1, 60), st.integers(1, 60))


@given(length=st.integers(1, 60), tile=st.integers(1, 70), halo=st.integers(0, 12))
def test_spans_write_each_pixel_once_and_read_the_halo(length: int, tile: int, halo: int) -> None:
    found = list(spans(length, tile, halo))
    written = [pixel for span in found for pixel in range(span.start, span.stop)]
    assert written == list(range(length))
    for span in found:
        assert span.stop - span.start <= tile
        assert span.read_start == max(span.start - halo, 0)
        assert span.read_stop == min(span.stop + halo, length)


@given(shape=sizes, tile=sizes, halo=st.integers(0, 12), most=st.integers(1, 9))
def test_batches_are_the_tiles_in_order_and_of_one_form(
    shape: tuple[int, int], tile: tuple[int, int], halo: int, most: int
) -> None:
    groups = list(batches(shape, tile, halo, most))
    assert [each for group in groups for each in group] == list(tiles(shape, tile, halo))
    for group in groups:
        assert len(group) <= most
        assert len({each.form for each in group}) == 1


def test_tiles_inside_a_picture_make_one_batch() -> None:
    lengths = [len(group) for group in batches((10, 100), (10, 10), 2, 99)]
    assert lengths == [1, 8, 1]


@given(shape=sizes, tile=sizes, halo=st.integers(0, 12), least=st.integers(1, 8))
def test_halves_write_what_the_whole_does(
    shape: tuple[int, int], tile: tuple[int, int], halo: int, least: int
) -> None:
    for group in batches(shape, tile, halo, 3):
        waiting, small = [group], []
        while waiting:
            parts = halves(waiting[-1], shape, halo, least)
            small += [] if parts else waiting[-1:]
            waiting[-1:] = parts
        written = [
            (row, column)
            for (tile_,) in small
            for row in range(*tile_.y[:2])
            for column in range(*tile_.x[:2])
        ]
        assert len(written) == len(set(written))
        assert set(written) == {
            (row, column)
            for each in group
            for row in range(*each.y[:2])
            for column in range(*each.x[:2])
        }
        for (tile_,) in small:
            assert max(tile_.y.stop - tile_.y.start, tile_.x.stop - tile_.x.start) <= least
            assert tile_.y.read_start == max(tile_.y.start - halo, 0)
            assert tile_.edges.right == (tile_.x.stop + halo >= shape[1])
