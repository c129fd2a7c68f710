"""What a run kept for testing, and nothing else, is measured afterwards."""

from pathlib import Path

import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.datasets.split import split_names
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import write_picture
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished
from napari_fsrcnn.training.train import train
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.weights.model import Model

RANDOM = np.random.default_rng(0)
CONFIG = TrainingConfig(
    arch="fsrcnn-s", scale=2, steps=2, batch=2, patch=8, width=0, validate_every=2, device="cpu"
)


def drawings(count: int, label: str = "bsd100") -> list[Pair]:
    return [
        Pair(f"{label}/img_{n:03}", RANDOM.integers(0, 256, (32, 40), np.uint8), None, rgb=False)
        for n in range(1, count + 1)
    ]


def trained(config: TrainingConfig, pictures: list[Pair] | None = None) -> Model:
    *_, last = train(config, pictures=pictures)
    assert isinstance(last, Finished)
    assert last.model is not None
    return last.model


@pytest.mark.parametrize("rescale", [(), (0.9, 0.6)])
def test_of_bsd100_the_tenth_that_was_kept(rescale: tuple[float, ...], tmp_path: Path) -> None:
    pictures = drawings(100)
    out = tmp_path / "mine.safetensors"
    trained(CONFIG.model_copy(update={"rescale": rescale, "out": out}), pictures)
    result = evaluate(read_checkpoint(out), pictures, 2, device="cpu")
    kept = split_names([pair.name for pair in pictures]).test
    assert tuple(score.name for score in result.images) == kept
    assert result.left_out == 90


def test_pictures_learnt_from_at_several_sizes_are_recorded_once() -> None:
    model = trained(CONFIG.model_copy(update={"rescale": (0.9, 0.6)}), drawings(10, "mine"))
    record = model.card.training
    assert record is not None
    assert len(record.train) == 9
    names = [pair.name for pair in drawings(10, "mine")]
    assert sorted(record.train + record.validation) == names


def test_of_bsd100s_own_lr_too() -> None:
    pictures = [Pair(p.name, p.hr, p.hr[::2, ::2], rgb=False) for p in drawings(20)]
    result = evaluate(trained(CONFIG, pictures), pictures, 2, lr="given", device="cpu")
    assert len(result.images) == 2


def test_other_pictures_of_the_same_folder_and_name_count() -> None:
    model = trained(CONFIG, drawings(6, "HR"))
    assert evaluate(model, drawings(3, "HR"), 2, device="cpu").left_out == 0


def test_bsd100s_are_known_however_they_are_cut_for_a_scale() -> None:
    pictures = drawings(20)
    cut = [Pair(each.name, each.hr[:30, :39], None, rgb=False) for each in pictures]
    assert evaluate(trained(CONFIG, pictures), cut, 2, device="cpu").left_out == 18


def test_a_picture_that_was_cut_in_two_is_no_test() -> None:
    (picture,) = drawings(1)
    model = trained(CONFIG.model_copy(update={"rescale": (0.9,)}), [picture])
    with pytest.raises(ValueError, match="every one of these pictures"):
        evaluate(model, [picture], 2, device="cpu")


def test_planes_of_16_bit_stacks_are_known_again(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for name in ("a", "inner/b"):
        file = (folder / name).with_suffix(".tif")
        file.parent.mkdir(parents=True, exist_ok=True)
        write_picture(file, Picture(RANDOM.integers(0, 4096, (3, 32, 40), np.uint16), axes="ZYX"))
    model = trained(CONFIG.model_copy(update={"data": (str(folder),)}))
    write_picture(folder / "new.png", Picture(RANDOM.integers(0, 256, (32, 40), np.uint8)))
    result = evaluate(model, read_pairs(folder, 2), 2, device="cpu")
    assert [score.name for score in result.images] == ["mine/new"]
    assert result.left_out == 6
    moved = folder.rename(tmp_path / "renamed")
    result = evaluate(model, read_pairs(moved, 2), 2, device="cpu")
    assert [score.name for score in result.images] == ["renamed/new"]
    assert result.left_out == 6


@pytest.mark.parametrize("rescale", [(), (0.9,)])
@pytest.mark.parametrize("count", [1, 4])
def test_pictures_cut_and_shrunk_are_known_as_they_were(
    count: int, rescale: tuple[float, ...]
) -> None:
    pictures = drawings(count)
    model = trained(CONFIG.model_copy(update={"rescale": rescale}), pictures)
    copies = [Pair(f"copy/{n}", each.hr, None, rgb=False) for n, each in enumerate(pictures)]
    (new,) = drawings(1, "new")
    result = evaluate(model, [*copies, new], 2, device="cpu")
    record = model.card.training
    assert record is not None
    assert result.left_out == len({*record.train, *record.validation})


def test_hr_of_a_pair_is_known_as_it_was_before_it_was_cut_to_lr(tmp_path: Path) -> None:
    folder = tmp_path / "pairs"
    folder.mkdir()
    for n in range(3):
        hr = RANDOM.integers(0, 256, (33, 41), np.uint8)
        write_picture(folder / f"{n}_SRF_2_HR.png", Picture(hr))
        write_picture(folder / f"{n}_SRF_2_LR.png", Picture(hr[:32:2, :40:2]))
    model = trained(CONFIG.model_copy(update={"data": (str(folder),)}))
    alone = tmp_path / "alone"
    alone.mkdir()
    for n in range(3):
        (folder / f"{n}_SRF_2_HR.png").rename(alone / f"{n}.png")
    with pytest.raises(ValueError, match="every one of these pictures"):
        evaluate(model, alone, 2, device="cpu")
