"""The card of a checkpoint: JSON there and back, and what is refused."""

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from napari_fsrcnn.image.value_range import RULE
from napari_fsrcnn.weights.card import Card, DatasetFigures, TrainingRecord, Validation

decibels = st.floats(allow_nan=False)
names = st.lists(st.text(max_size=8), max_size=3)
json_values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**50), 2**50), st.text(max_size=5), st.lists(names)
)
settings_of_a_run = st.dictionaries(st.text(max_size=5), json_values, max_size=3)

some_pictures = st.lists(st.sampled_from(["T91/t1", "T91/t2"]), max_size=2)
first_records = st.builds(
    TrainingRecord,
    data=names,
    train=some_pictures,
    validation=some_pictures,
    config=settings_of_a_run,
    step=st.integers(0, 10**9),
    seconds=st.floats(0, 1e9),
    versions=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    date=st.dates().map(lambda date: date.isoformat()),
    machine=st.text(max_size=8),
    fingerprints=some_pictures,
)
records = st.recursive(
    first_records,
    lambda starts: st.builds(
        lambda record, start: record.model_copy(update={"start": start}), first_records, starts
    ),
    max_leaves=4,
)
validations = st.builds(
    Validation,
    pictures=st.integers(1, 100),
    step=st.integers(0, 10**9),
    psnr=decibels,
    bicubic_psnr=decibels,
)
figures = st.builds(
    DatasetFigures,
    dataset=st.text(max_size=8),
    pictures=st.integers(1, 100),
    psnr=decibels,
    ssim=st.floats(-1, 1),
    bicubic_psnr=decibels,
    bicubic_ssim=st.floats(-1, 1),
    note=st.text(max_size=8),
)
cards = st.builds(
    Card,
    architecture=st.text(max_size=8),
    hyperparameters=settings_of_a_run,
    scale=st.integers(2, 8),
    origin=st.text(max_size=8),
    training=st.none() | records,
    validation=st.none() | validations,
    figures=st.lists(figures, max_size=2).map(tuple),
    intended_use=st.text(max_size=8),
    limits=st.text(max_size=8),
    weights_license=st.text(max_size=8),
    training_terms=st.text(max_size=8),
)


@given(card=cards)
@example(
    card=Card(
        architecture="fsrcnn",
        hyperparameters={},
        scale=2,
        validation=Validation(pictures=1, step=1, psnr=math.inf, bicubic_psnr=30),
    )
)
def test_json_there_and_back(card: Card) -> None:
    written = card.model_dump_json()
    assert Card.model_validate_json(written) == card
    assert json.loads(written)["format"] == 1


def test_what_is_not_said_is_the_project_s_rule() -> None:
    card = Card(architecture="fsrcnn", hyperparameters={}, scale=2)
    assert (card.color_space, card.value_range, card.origin) == ("Y of BT.601", RULE, "")
    assert card.training is None
    assert card.validation is None


def test_a_card_from_before_there_were_figures_and_terms_is_still_read() -> None:
    record = {"data": ["T91"], "train": ["T91/t1"], "validation": [], "config": {}, "step": 5}
    record |= {"seconds": 1.5, "versions": {}, "date": "2026-01-31"}
    old = {"format": 1, "architecture": "fsrcnn", "hyperparameters": {}, "scale": 2}
    card = Card.model_validate_json(json.dumps(old | {"training": record}))
    assert card.training is not None
    assert (card.training.machine, card.figures, card.limits) == ("", (), "")
    assert card.training.fingerprints == []
    assert card.training.pictures == {"T91/t1"}


def test_what_started_from_a_record_without_fingerprints_does_not_lend_it_its_own() -> None:
    how = {"config": {}, "step": 5, "seconds": 1.5, "versions": {}, "date": "2026-01-31"}
    old = {"data": ["T91"], "train": ["T91/t1"], "validation": [], **how}
    start = TrainingRecord.model_validate(old)
    record = TrainingRecord.model_validate(old | {"start": start, "fingerprints": ["0a"]})
    assert TrainingRecord.model_validate_json(record.model_dump_json()) == record
    assert record.start == start


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 1},
        {"scale": 9},
        {"scale": 2.5},
        {"scale": None},
        {"format": 2},
        {"color_space": "RGB"},
        {"hyperparameters": [1]},
        {"architecture": None},
        {"surprise": 1},
        {"validation": {"psnr": 30}},
    ],
)
def test_what_means_nothing_is_refused(change: dict[str, object]) -> None:
    sound = {"architecture": "fsrcnn", "hyperparameters": {}, "scale": 3}
    assert Card.model_validate(sound).scale == 3
    with pytest.raises(ValidationError, match=next(iter(change))):
        Card.model_validate(sound | change)


@pytest.mark.parametrize("name", ["architecture", "hyperparameters", "scale"])
def test_what_must_be_said(name: str) -> None:
    sound = {"architecture": "fsrcnn", "hyperparameters": {}, "scale": 3}
    del sound[name]
    with pytest.raises(ValidationError, match=name):
        Card.model_validate(sound)


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ({}, ""),
        ({"origin": "them"}, "them"),
        ({"weights_license": "CC0"}, "mine"),
        ({"limits": "none", "origin": "them"}, "them"),
    ],
)
def test_what_holds_for_weights_that_are_trained_on_is_handed_on(
    said: dict[str, Any], origin: str
) -> None:
    card = Card(architecture="fsrcnn", hyperparameters={}, scale=2, intended_use="all", **said)
    silent = {"limits": "", "weights_license": "", "training_terms": ""}
    assert card.handed_on("mine") == silent | said | {"origin": origin}


def test_pictures_are_named_once_along_a_chain_of_starts() -> None:
    how = {"config": {}, "step": 5, "seconds": 1.5, "versions": {}, "date": "2026-01-31"}
    first = {"data": ["T91"], "train": ["T91/t1"], "validation": ["T91/t2"], **how}
    first["fingerprints"] = ["0a", "1b"]
    other = first | {"train": ["T91/t3"], "fingerprints": ["2c", "1b"]}
    # As files of earlier versions hold them: each record complete.
    complete = first | {"start": first | {"start": first | {"start": other}}}
    record = TrainingRecord.model_validate(complete)
    written = record.model_dump_json()
    assert [written.count(name) for name in ("t1", "t2", "t3", "0a", "2c")] == [1] * 5
    assert record.all_fingerprints == {"0a", "1b", "2c"}
    assert TrainingRecord.model_validate_json(written) == record
    assert record.start is not None
    assert record.start.start is not None
    assert record.start.start.start == TrainingRecord.model_validate(other)


def test_a_start_with_one_picture_more_names_that_one_alone() -> None:
    how = {"config": {}, "step": 5, "seconds": 1.5, "versions": {}, "date": "2026-01-31"}
    seen = [f"T91/t{number}" for number in range(10, 60)]
    later = {"data": ["T91"], "train": seen, "validation": [], "fingerprints": ["0a"], **how}
    # In another order, as earlier versions drew them.
    start = later | {"train": ["T91/t61", *reversed(seen[1:])], "fingerprints": ["1b", "0a"]}
    record = TrainingRecord.model_validate(later | {"start": start})
    written = record.model_dump_json()
    assert [written.count(name) for name in ("t10", "t61", "t11", "1b")] == [2, 1, 1, 1]
    assert TrainingRecord.model_validate_json(written) == record
    assert record.start is not None
    assert record.start.train == [*seen[1:], "T91/t61"]
    assert record.start.fingerprints == ["0a", "1b"]


@pytest.mark.parametrize(
    "names", [{"added": ["T91/t2"]}, {"added": 1, "removed": []}, 5, [[1]], None]
)
def test_names_of_a_start_that_mean_nothing_are_refused(names: object) -> None:
    how = {"config": {}, "step": 5, "seconds": 1.5, "versions": {}, "date": "2026-01-31"}
    later = {"data": ["T91"], "train": ["T91/t1"], "validation": [], **how}
    with pytest.raises(ValidationError, match=r"start\.train"):
        TrainingRecord.model_validate(later | {"start": later | {"train": names}})
    with pytest.raises(ValidationError, match="train"):
        TrainingRecord.model_validate(later | {"start": later, "train": names})


def test_a_card_does_not_change() -> None:
    card = Card(architecture="fsrcnn", hyperparameters={}, scale=3)
    with pytest.raises(ValidationError, match="frozen"):
        card.scale = 2
