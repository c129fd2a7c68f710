"""A split is the same on every machine, whole and without overlap."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.datasets.split import split_names

names = st.lists(st.text(max_size=8), max_size=60)
BSD100 = [f"bsd100/img_{number:03}" for number in range(1, 101)]


@given(names=names, random=st.randoms(use_true_random=False))
def test_every_name_is_in_one_part_whatever_the_order(names: list[str], random: Random) -> None:
    split = split_names(names)
    assert sorted(part for parts in split for part in parts) == sorted(set(names))
    shuffled = list(names)
    random.shuffle(shuffled)
    assert split_names(shuffled) == split


@given(n_names=st.integers(0, 200))
def test_parts_have_their_sizes_and_training_is_served_first(n_names: int) -> None:
    train, validation, test = split_names([str(n) for n in range(n_names)])
    if n_names >= 3:
        assert len(validation) == len(test) == max(1, round(n_names / 10))
    assert bool(train) == (n_names > 0)
    assert bool(validation) == (n_names > 1)


def test_a_part_of_nothing_is_empty() -> None:
    split = split_names(BSD100, fractions=(0.9, 0.1, 0.0))
    assert [len(part) for part in split] == [90, 10, 0]


def test_the_split_is_fixed_for_good() -> None:
    """What a model was not trained on must be the same pictures in every version."""
    kept = split_names(BSD100).test
    assert kept[:3] == ("bsd100/img_010", "bsd100/img_016", "bsd100/img_020")


def test_a_name_that_is_no_text_is_split_too() -> None:
    assert split_names(["set/\udcff"]).train == ("set/\udcff",)


@pytest.mark.parametrize("fractions", [(0.8, 0.1, 0.2), (1.2, -0.1, -0.1)])
def test_parts_that_are_no_split_are_refused(fractions: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="must be positive and sum to 1"):
        split_names(BSD100, fractions=fractions)
