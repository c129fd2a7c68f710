"""A picture that a model has seen is known again under any name."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.evaluation.seen import Seen, fingerprints_of, is_seen, pictures_seen
from napari_fsrcnn.image.fingerprint import fingerprint
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import list_models, load_model

STACK = np.random.default_rng(0).integers(0, 256, (3, 8, 9, 4), np.uint8)


@pytest.fixture(scope="module")
def learnt_from(data_folder: Callable[[str], Path]) -> list[Pair]:
    """Pictures that every shipped model has seen, under other names."""
    pairs = (pair for name in ("T91", "General-100") for pair in read_pairs(data_folder(name), 2))
    return [replace(pair, name=f"copy/{n}") for n, pair in enumerate(pairs)]


@pytest.fixture(scope="module")
def new(data_folder: Callable[[str], Path]) -> list[Pair]:
    return read_pairs(data_folder("Set5"), 2)


@pytest.fixture
def seen(make_model: Callable[..., Model]) -> Seen:
    """What a model has seen that goes back to a file of before there were fingerprints."""
    model = make_model(2)
    told: dict[str, Any] = {
        "validation": [],
        "config": {},
        "step": 1,
        "seconds": 1,
        "versions": {},
        "date": "",
    }
    old = TrainingRecord(data=["old"], train=["old/a"], **told)
    new = TrainingRecord(
        data=["set"], train=["set/a"], fingerprints=[fingerprint(STACK[0])], start=old, **told
    )
    return pictures_seen(replace(model, card=model.card.model_copy(update={"training": new})))


@pytest.mark.parametrize("name", list_models())
def test_what_is_shipped_knows_its_pictures_under_other_names(
    name: str, learnt_from: list[Pair], new: list[Pair]
) -> None:
    seen = pictures_seen(load_model(name))
    assert all(is_seen(pair, seen) for pair in learnt_from)
    assert not any(is_seen(pair, seen) for pair in new)


@pytest.mark.parametrize("folder", ["train91", "parent/T91"])
def test_a_copy_in_another_folder_is_left_out(
    folder: str, data_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    for picture in (data_folder("T91") / "t1.png", data_folder("Set5") / "img_003.png"):
        shutil.copy(picture, tmp_path / folder)
    result = evaluate("fsrcnn-x2", (tmp_path / folder).parent, 2, device="cpu")
    assert [score.name.rpartition("/")[2] for score in result.images] == ["img_003"]
    assert result.left_out == 1


def test_a_model_without_a_record_has_seen_nothing(make_model: Callable[..., Model]) -> None:
    seen = pictures_seen(make_model(2))
    assert not is_seen(Pair("set/a", STACK[0, ..., 0], None, rgb=False), seen)


def test_what_no_values_tell_is_known_by_its_name(seen: Seen) -> None:
    for name, expected in (("set/a", True), ("set/b", False)):
        assert is_seen(Unusable(name, ValueError("it is broken")), seen) == expected
        assert is_seen(Pair(name, np.zeros((9, 9), np.uint8), None, rgb=False), seen) == expected


def test_names_count_where_a_training_tells_no_fingerprints(seen: Seen) -> None:
    plane = STACK[1, ..., 0]
    assert is_seen(Pair("old/a", plane, None, rgb=False), seen)
    assert not is_seen(Pair("set/a", plane, None, rgb=False), seen)


def test_planes_are_known_without_alpha() -> None:
    assert fingerprints_of(STACK, rgb=True) == {fingerprint(plane[..., :3]) for plane in STACK}
    grey = STACK[..., 0]
    assert fingerprints_of(grey, rgb=False) == {fingerprint(plane) for plane in grey}
    assert fingerprints_of(grey[0], rgb=False) == {fingerprint(grey[0])}


def test_nothing_is_read_of_what_is_lazy_or_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(block: np.ndarray) -> np.ndarray:
        raise AssertionError(block)

    lazy = da.from_array(STACK).map_blocks(read, meta=STACK[:0])
    assert fingerprints_of(lazy, rgb=True) == frozenset()
    monkeypatch.setattr("napari_fsrcnn.evaluation.seen._MOST_VALUES", STACK.size - 1)
    assert fingerprints_of(STACK, rgb=True) == frozenset()
