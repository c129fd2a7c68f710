"""Several models on the same pictures give what each gives alone."""

import csv
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.evaluation.figures import ImageScore, LeftOut, ModelScore, mean_scores
from napari_fsrcnn.evaluation.grid import score_models
from napari_fsrcnn.evaluation.grid_csv import COLUMNS, write_csv
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model

SMOOTH = imresize(np.random.default_rng(0).integers(0, 256, (12, 16)), 4)
PAIRS = [
    Pair("mine/grey", SMOOTH.clip(0, 255).astype(np.uint8), None, rgb=False),
    Pair("mine/colour", np.dstack([SMOOTH.clip(0, 255)] * 3).astype(np.uint8), None, rgb=True),
    Pair("mine/deep", (16 * SMOOTH.clip(0, 255)).astype(np.uint16), None, rgb=False),
]


def read(scale: int) -> list[Pair]:
    del scale
    return PAIRS


def score(
    model: str, name: str, psnr: float, bicubic_psnr: float = 30, data_range: float = 255
) -> ModelScore:
    image = ImageScore(
        name=name,
        psnr=psnr,
        ssim=0.9,
        bicubic_psnr=bicubic_psnr,
        bicubic_ssim=0.8,
        data_range=data_range,
    )
    return ModelScore(model, 2, image)


def test_the_figures_are_those_of_each_model_alone(make_model: Callable[..., Model]) -> None:
    models = {"a": load_model("fsrcnn-x3"), "b": make_model(2), "c": load_model("fsrcnn-x2")}
    scores = list(score_models(models, read, device="cpu"))
    for name, model in models.items():
        alone = evaluate(model, PAIRS, model.scale, device="cpu")
        ours = [each for each in scores if isinstance(each, ModelScore) and each.model == name]
        assert [each.image for each in ours] == list(alone.images)
        assert {each.scale for each in ours} == {model.scale}
        (mean,) = mean_scores(ours)
        assert (mean.image.psnr, mean.image.ssim_gain) == pytest.approx(
            (alone.psnr, alone.ssim - alone.bicubic_ssim)
        )


def test_what_a_model_has_seen_is_left_out_for_it_alone(make_model: Callable[..., Model]) -> None:
    other = make_model(2)
    record = TrainingRecord(
        data=["mine"],
        train=["mine/grey"],
        validation=["mine/deep"],
        config={},
        step=1,
        seconds=1,
        versions={},
        date="2026-01-01",
    )
    model = Model("m", other.network, other.card.model_copy(update={"training": record}))
    progress: list[tuple[int, int]] = []
    events = list(
        score_models(
            {"m": model, "other": other},
            read,
            device="cpu",
            progress=lambda *at: progress.append(at),
        )
    )
    left_out = [each for each in events if isinstance(each, LeftOut)]
    assert left_out == [LeftOut("m", "mine/grey"), LeftOut("m", "mine/deep")]
    assert len(events) - len(left_out) == 4
    assert progress == [(done, 6) for done in range(1, 7)]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_an_empty_picture_does_not_count_in_the_means(
    make_model: Callable[..., Model], dtype: type
) -> None:
    model = make_model(2)
    empty = Pair("mine/empty", np.full((48, 64), 77, dtype), None, rgb=False)
    result = evaluate(model, [*PAIRS, empty], 2, device="cpu")
    alone = evaluate(model, PAIRS, 2, device="cpu")
    for figure in ("psnr", "ssim", "bicubic_psnr", "bicubic_ssim", "counted"):
        assert getattr(result, figure) == getattr(alone, figure)
    assert len(result.images) == result.counted + 1 == 4


def test_what_cannot_be_measured_is_told_once_a_scale_and_the_others_go_on(
    make_model: Callable[..., Model],
) -> None:
    unreadable = Unusable("mine/broken", ValueError("it is broken"))
    tiny = Pair("mine/tiny", np.eye(12), None, rgb=False)
    models = {"a": make_model(2), "b": make_model(2), "c": make_model(3)}
    progress: list[tuple[int, int]] = []
    events = list(
        score_models(
            models,
            lambda _: [unreadable, *PAIRS, tiny],
            device="cpu",
            progress=lambda *at: progress.append(at),
        )
    )
    unusable = [each.name for each in events if isinstance(each, Unusable)]
    assert unusable == ["mine/broken", "mine/tiny"] * 2
    assert len(events) - len(unusable) == 9
    assert progress[-1] == (15, 15)
    with pytest.raises(ValueError, match=r"No picture can be measured. mine/broken is left out"):
        list(score_models(models, lambda _: [unreadable, tiny], device="cpu"))


def test_stop_ends_it_after_the_picture(make_model: Callable[..., Model]) -> None:
    stop = threading.Event()
    events = score_models({"m": make_model(2)}, read, device="cpu", stop=stop)
    assert isinstance(next(events), ModelScore)
    stop.set()
    with pytest.raises(UpscaleStopped):
        next(events)


def test_the_file_has_every_row_and_the_means(tmp_path: Path) -> None:
    scores = [score("m", "one", 31), score("n", "one", 32), score("m", "two", float("inf"))]
    path = tmp_path / "table.csv"
    write_csv(path, scores)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["picture"], row["model"], float(row["psnr_gain"])) for row in rows] == [
        ("one", "m", 1),
        ("one", "n", 2),
        ("two", "m", float("inf")),
        ("mean", "m", float("inf")),
        ("mean", "n", 2),
    ]


def test_the_file_tells_what_the_means_are_over_and_the_data_range(tmp_path: Path) -> None:
    exact = float("inf")
    scores = [
        score("m", "one", 31),
        score("n", "one", 32),
        score("m", "empty", exact, bicubic_psnr=exact, data_range=0),
        score("n", "deep", 33, data_range=4080.5),
    ]
    write_csv(tmp_path / "table.csv", scores)
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["counted"], row["pictures"], row["data_range"]) for row in rows] == [
        ("1", "1", "255.0"),
        ("1", "1", "255.0"),
        ("0", "1", "0.0"),
        ("1", "1", "4080.5"),
        ("1", "2", "255.0"),
        ("2", "2", ""),
    ]
    again = [float(row["psnr"]) for row in rows[:4] if (row["model"], row["counted"]) == ("m", "1")]
    assert np.mean(again) == float(rows[4]["psnr"])


def test_an_old_table_stays_where_a_new_one_fails(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    broken = ModelScore("m", 2, None)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        write_csv(path, [score("m", "one", 31), broken])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_seen_and_what_cannot_be_measured_are_told_together(
    make_model: Callable[..., Model],
) -> None:
    record = TrainingRecord(
        data=["mine"],
        train=[pair.name for pair in PAIRS],
        validation=[],
        config={},
        step=1,
        seconds=1,
        versions={},
        date="2026-01-01",
    )
    other = make_model(2)
    model = Model("m", other.network, other.card.model_copy(update={"training": record}))
    broken = Unusable("mine/broken", ValueError("it is broken"))
    with pytest.raises(ValueError, match=r"3 can't count .* 1 can't be measured. mine/broken is"):
        list(score_models({"m": model}, lambda _: [*PAIRS, broken], device="cpu"))
    with pytest.raises(ValueError, match="every one of these pictures"):
        list(score_models({"m": model}, read, device="cpu"))
