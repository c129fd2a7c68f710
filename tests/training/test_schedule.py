"""The learning rate over a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.training.schedule import END, START, WARM_UP, learning_rate, one_cycle

PROGRESS = st.floats(0, 1)


@given(PROGRESS, PROGRESS)
def test_one_cycle_rises_and_then_falls(one: float, other: float) -> None:
    earlier, later = sorted((one, other))
    if later <= WARM_UP:
        assert one_cycle(earlier) <= one_cycle(later)
    elif earlier >= WARM_UP:
        assert one_cycle(earlier) >= one_cycle(later)
    assert END * 0.999 <= one_cycle(one) <= 1


@given(st.floats(0, 0.999))
def test_one_cycle_has_no_jump(progress: float) -> None:
    # The steepest place is the middle of the warm-up.
    assert abs(one_cycle(progress + 0.001) - one_cycle(progress)) < 0.02


def test_where_one_cycle_starts_is_highest_and_ends() -> None:
    figures = [one_cycle(progress) for progress in (0, WARM_UP, 1)]
    assert figures == pytest.approx([START, 1, END])


@given(PROGRESS)
def test_the_schedule_is_chosen_by_its_name(progress: float) -> None:
    assert learning_rate("one-cycle", progress) == one_cycle(progress)
    assert learning_rate("constant", progress) == 1
