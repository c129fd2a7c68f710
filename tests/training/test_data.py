import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import ReadingStopped
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import prepare_data

CONFIG = TrainingConfig(scale=2)


def pairs(label: str, count: int, size: tuple[int, int] = (40, 60)) -> list[Pair]:
    random = np.random.default_rng([count, *label.encode()])
    return [
        Pair(f"{label}/{n}", random.integers(0, 255, size, np.uint8), None, rgb=False)
        for n in range(count)
    ]


def test_bsd100_keeps_a_tenth_for_testing() -> None:
    data = prepare_data(CONFIG, pairs("bsd100", 100, (8, 8)))
    assert (len(data.train), len(data.validation)) == (80, 10)
    assert data.labels == ["bsd100"]


def test_other_sets_are_used_whole() -> None:
    data = prepare_data(CONFIG, pairs("mine", 40, (8, 8)))
    assert (len(data.train), len(data.validation)) == (38, 2)


def test_another_seed_is_measured_on_the_same_pictures() -> None:
    pictures = pairs("mine", 40, (8, 8))
    first, other = (
        prepare_data(TrainingConfig(scale=2, seed=seed), pictures).validation_names
        for seed in (0, 1)
    )
    assert first == other


@pytest.mark.parametrize("ready_made", [False, True])
def test_single_picture_is_cut_in_two_without_overlap(ready_made: bool) -> None:
    (pair,) = pairs("mine", 1, (41 if not ready_made else 40, 60))
    if ready_made:
        pair = Pair(pair.name, pair.hr, pair.hr[::2, ::2], rgb=False)
    data = prepare_data(CONFIG, [pair])
    (train,), (validation,) = data.train, data.validation
    joined = np.concatenate([train.hr, validation.hr]) * 255
    np.testing.assert_allclose(joined, pair.hr[:40], atol=1e-4)
    assert train.hr.shape == (32, 60)
    assert train.lr.shape == (16, 30)


def planes(label: str, count: int) -> list[Pair]:
    """Planes of one stack."""
    return [replace(pair, stack=label) for pair in pairs(label, count, (16, 16))]


@pytest.mark.parametrize("folder", ["cells", "mitosis", "a"])
def test_planes_of_a_stack_stay_on_one_side(folder: str) -> None:
    pictures = [plane for n in range(6) for plane in planes(f"{folder}/{n}", 5)]
    data = prepare_data(CONFIG, pictures)
    learnt, measured = (
        {name.rpartition("/")[0] for name in names}
        for names in (data.train_names, data.validation_names)
    )
    assert (len(learnt), len(measured)) == (5, 1)
    assert not learnt & measured
    assert (len(data.train_names), len(data.validation_names)) == (25, 5)


@pytest.mark.parametrize(("count", "last"), [(2, 1), (12, 1), (60, 3)])
def test_of_a_single_stack_the_last_planes_validate(count: int, last: int) -> None:
    names = [plane.name for plane in planes("cells/a", count)]
    data = prepare_data(CONFIG, planes("cells/a", count))
    assert data.train_names == tuple(names[:-last])
    assert data.validation_names == tuple(names[-last:])


def test_pictures_by_themselves_are_split_by_their_names(tmp_path: Path) -> None:
    """The same pictures validate in every version, from files as from memory."""
    pictures = pairs("mine", 40, (16, 16))
    (tmp_path / "mine").mkdir()
    for pair in pictures:
        Image.fromarray(pair.hr).save(tmp_path / f"{pair.name}.png")
    from_files = prepare_data(TrainingConfig(scale=2, data=(str(tmp_path / "mine"),)))
    assert set(prepare_data(CONFIG, pictures).validation_names) == {"mine/30", "mine/38"}
    assert set(from_files.validation_names) == {"mine/30", "mine/38"}


def test_halves_of_a_picture_share_its_value_range() -> None:
    steep = np.outer(np.arange(40), np.linspace(50, 100, 60)).astype(np.uint16)
    data = prepare_data(CONFIG, [Pair("mine/a", steep, None, rgb=False)])
    (train,), (validation,) = data.train, data.validation
    np.testing.assert_allclose(validation.hr[0] / train.hr[-1], 32 / 31, rtol=0.01)


def test_pictures_of_equal_names_in_two_folders_stay_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder / "same").mkdir(parents=True)
        for n in range(3):
            picture = np.random.default_rng([n, ord(folder)]).integers(0, 255, (32, 32), np.uint8)
            Image.fromarray(picture).save(tmp_path / folder / "same" / f"{n}.png")
    config = TrainingConfig(
        scale=2, data=(str(tmp_path / "a" / "same"), str(tmp_path / "b" / "same"))
    )
    data = prepare_data(config)
    assert len(data.train) + len(data.validation) == 6


def test_copies_of_what_is_validated_on_are_not_learnt_from(tmp_path: Path) -> None:
    pictures = pairs("mine", 8)
    for folder in ("mine", "copy"):
        (tmp_path / folder).mkdir()
        for pair in pictures:
            Image.fromarray(pair.hr).save(tmp_path / folder / f"{pair.name[-1]}.png")
    folders = (str(tmp_path / "mine"), str(tmp_path / "copy"))
    data = prepare_data(TrainingConfig(scale=2, data=folders, rescale=(0.9,)))
    measured = {pair.fingerprint for pair in data.validation}
    assert not measured & {pair.fingerprint for pair in data.train}
    assert len(data.copies) == 16 - len(data.train_names) - len(data.validation_names) > 0
    assert not {*data.copies} & {*data.train_names, *data.validation_names}


def test_pictures_of_one_colour_are_no_copies() -> None:
    flat = [Pair(f"mine/{n}", np.full((40, 60), n, np.uint8), None, rgb=False) for n in range(5)]
    data = prepare_data(CONFIG, flat)
    assert (len(data.train), data.copies) == (4, ())


def test_of_a_picture_that_was_cut_the_parts_are_no_copies(tmp_path: Path) -> None:
    pictures = pairs("mine", 41)
    whole = {pair.name: pair for pair in pictures}
    measured = whole[prepare_data(CONFIG, pictures).validation[0].name]
    for name, pair in (("first", measured), ("second", pictures[0])):
        (tmp_path / name).mkdir()
        Image.fromarray(pair.hr).save(tmp_path / name / "a.png")
    (tmp_path / "mine").mkdir()
    for pair in pictures:
        Image.fromarray(pair.hr).save(tmp_path / f"{pair.name}.png")
    folders = [str(tmp_path / name) for name in ("first", "second", "mine")]
    single = prepare_data(TrainingConfig(scale=2, data=tuple(folders[:2])))
    assert [pair.name for pair in single.train] == ["first/a (upper)", "second/a (upper)"]
    # The first is validated on as a whole elsewhere, and a part of the second.
    data = prepare_data(TrainingConfig(scale=2, data=tuple(folders)))
    assert data.copies == ("first/a", "mine/0")
    assert "second/a" in data.train_names


def test_copies_of_one_picture_alone_are_refused() -> None:
    (pair,) = pairs("mine", 1)
    copies = [replace(pair, name=f"mine/{n}") for n in range(3)]
    with pytest.raises(ValueError, match="copies of those to validate on: give each picture once"):
        prepare_data(CONFIG, copies)


def test_pairs_in_memory_are_checked() -> None:
    of_another_scale = [replace(pair, lr=pair.hr[::3, ::3]) for pair in pairs("mine", 4)]
    with pytest.raises(ValueError, match="no pair for x2"):
        prepare_data(CONFIG, of_another_scale)


def test_lr_is_degraded_for_training_and_validation_alike() -> None:
    pictures = pairs("mine", 4)
    plain = prepare_data(CONFIG, pictures)
    noisy, again = (
        prepare_data(TrainingConfig(scale=2, blur=1.5, noise=8), pictures) for _ in range(2)
    )
    for part in ("train", "validation"):
        three = zip(*(getattr(each, part) for each in (plain, noisy, again)), strict=True)
        for before, after, later in three:
            assert np.abs(before.lr - after.lr).mean() > 0.02
            np.testing.assert_array_equal(after.lr, later.lr)
            np.testing.assert_array_equal(before.hr, after.hr)


def test_training_pictures_are_learnt_from_at_other_sizes_too() -> None:
    config = TrainingConfig(scale=2, rescale=(0.9, 0.6))
    plain, data = (prepare_data(each, pairs("mine", 4)) for each in (CONFIG, config))
    assert [pair.name for pair in data.validation] == [pair.name for pair in plain.validation]
    assert len(data.train) == 3 * len(plain.train)
    assert [pair.hr.shape for pair in data.train[:3]] == [(40, 60), (36, 54), (24, 36)]
    assert len({pair.name for pair in data.train}) == len(data.train)
    assert data.train_names == tuple(pair.name for pair in plain.train)


def test_sizes_that_leave_nothing_to_shrink_are_left_out() -> None:
    config = TrainingConfig(scale=4, rescale=(0.9, 0.2))
    data = prepare_data(config, pairs("mine", 4, (60, 13)))
    assert [pair.hr.shape for pair in data.train[:2]] == [(60, 12), (52, 12)]
    assert len(data.train) == 2 * 3


@pytest.mark.parametrize("field", ["blur", "noise", "rescale"])
def test_ready_made_pairs_are_not_changed(field: str) -> None:
    pictures = [replace(pair, lr=pair.hr[::2, ::2]) for pair in pairs("mine", 3)]
    config = TrainingConfig.model_validate(
        {"scale": 2, field: (0.5,) if field == "rescale" else 0.5}
    )
    with pytest.raises(ValueError, match=f"comes with its own LR.*{field}"):
        prepare_data(config, pictures)


@pytest.mark.parametrize("pictures", [None, []])
def test_no_data_is_refused(pictures: list[Pair] | None) -> None:
    with pytest.raises(ValueError, match="nothing to train on"):
        prepare_data(CONFIG, pictures)


def test_picture_too_small_to_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        prepare_data(CONFIG, pairs("mine", 1, (2, 40)))


def test_picture_too_small_to_be_measured_is_named() -> None:
    small = [Pair(f"mine/{n}", np.zeros((4, 60), np.uint8), None, rgb=False) for n in range(3)]
    with pytest.raises(ValueError, match=r"mine/\d is 4 x 60 pixels, too small to validate on"):
        prepare_data(CONFIG, small)


def test_reading_can_be_stopped() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ReadingStopped):
        prepare_data(CONFIG, pairs("mine", 3), stop)
