import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.evaluation.figures import data_ranges
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.image.metrics import psnr, ssim
from napari_fsrcnn.image.protocol import crop_to_multiple, luma, make_lr, to_levels
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model

RANDOM = np.random.default_rng(0)
SMOOTH = imresize(RANDOM.integers(0, 256, (16, 16)), 4).clip(0, 255).astype(np.uint8)
PAIRS = [
    Pair(f"mine/{n}", np.roll(SMOOTH, 9 * n, axis=1)[: 64 - n], None, rgb=False) for n in range(4)
]


def test_bicubic_is_measured_by_the_protocol() -> None:
    result = evaluate("bicubic", PAIRS, 2)
    for pair, score in zip(PAIRS, result.images, strict=True):
        hr = crop_to_multiple(luma(pair.hr), 2)
        restored = to_levels(imresize(make_lr(hr, 2), 2) / 255)
        assert score.psnr == pytest.approx(psnr(hr, restored, data_range=255, shave=2), abs=1e-3)
        assert score.ssim == pytest.approx(ssim(hr, restored, data_range=255, shave=2), abs=1e-4)
        assert (score.psnr, score.ssim) == (score.bicubic_psnr, score.bicubic_ssim)
    assert result.psnr == pytest.approx(np.mean([score.psnr for score in result.images]))
    assert (result.dataset, result.model, result.gain) == ("mine", "bicubic", 0)


def test_json_has_the_figures_of_the_set_and_of_each_picture() -> None:
    figures = json.loads(evaluate("bicubic", PAIRS, 3).to_json())
    each = {"psnr", "ssim", "bicubic_psnr", "bicubic_ssim"}
    assert {"dataset", "scale", "model", "images"} | each <= figures.keys()
    assert [image["name"] for image in figures["images"]] == [pair.name for pair in PAIRS]
    assert each <= figures["images"][0].keys()


@pytest.mark.parametrize(
    ("picture", "data_range"),
    [
        (SMOOTH, 255),
        (np.dstack([SMOOTH] * 3), 255),
        (SMOOTH / np.float32(255), 1),
        (SMOOTH.astype(np.uint16) * 16, find_value_range(SMOOTH.astype(np.uint16) * 16).span),
    ],
)
def test_the_data_range_is_told_in_the_pictures_own_values(
    picture: np.ndarray, data_range: float
) -> None:
    rgb = picture.ndim == 3
    result = evaluate("bicubic", [Pair("mine/a", picture, None, rgb=rgb)], 2)
    assert result.data_range == result.images[0].data_range == data_range
    figures = json.loads(result.to_json())
    assert figures["data_range"] == figures["images"][0]["data_range"] == data_range


def test_a_mean_over_several_data_ranges_has_none_and_one_that_does_not_count_is_none() -> None:
    empty = Pair("mine/empty", np.full((64, 64), 7, np.uint16), None, rgb=False)
    assert evaluate("bicubic", [*PAIRS, empty], 2).data_range == 255
    unit = Pair("mine/unit", SMOOTH / np.float32(255), None, rgb=False)
    result = evaluate("bicubic", [*PAIRS, unit, empty], 2)
    assert result.data_range is None
    assert data_ranges(result.images) == [1, 255]


def trained_on(model: Model, *names: str) -> Model:
    record = TrainingRecord(
        data=["mine"],
        train=list(names[1:]),
        validation=list(names[:1]),
        config={},
        step=1,
        seconds=1,
        versions={},
        date="2026-01-01",
    )
    return Model(model.name, model.network, model.card.model_copy(update={"training": record}))


def test_pictures_that_the_model_has_seen_do_not_count() -> None:
    model = trained_on(load_model("fsrcnn-x2"), "mine/0", "mine/2", "other/1")
    result = evaluate(model, PAIRS, 2, device="cpu")
    assert [score.name for score in result.images] == ["mine/1", "mine/3"]
    assert result.left_out == 2


def test_nothing_is_left_to_measure() -> None:
    model = trained_on(load_model("fsrcnn-x2"), *(pair.name for pair in PAIRS))
    with pytest.raises(ValueError, match="every one of these pictures"):
        evaluate(model, PAIRS, 2)


def test_what_was_seen_and_what_cannot_be_measured_are_told_together() -> None:
    model = trained_on(load_model("fsrcnn-x2"), *(pair.name for pair in PAIRS))
    tiny = Pair("mine/tiny", SMOOTH[:12, :12], None, rgb=False)
    told = r"4 can't count .* trained or chosen on, and 1 can't be measured. mine/tiny is left out"
    with pytest.raises(ValueError, match=told):
        evaluate(model, [*PAIRS, tiny], 2, device="cpu")


def test_ready_made_lr_is_used_only_when_asked_for() -> None:
    spoilt = [
        Pair(pair.name, pair.hr[:62, :62], np.zeros((31, 31), np.uint8), rgb=False)
        for pair in PAIRS[:2]
    ]
    assert (
        evaluate("bicubic", spoilt, 2).psnr > evaluate("bicubic", spoilt, 2, lr="given").psnr + 10
    )
    with pytest.raises(ValueError, match="without a ready-made LR"):
        evaluate("bicubic", PAIRS, 2, lr="given")


def test_scale_of_the_model_must_fit() -> None:
    with pytest.raises(ValueError, match="enlarges by 2, not by 3"):
        evaluate(load_model("fsrcnn-x2"), PAIRS, 3)


@pytest.mark.parametrize("scale", [0, 1, 9])
def test_scale_is_one_that_networks_have(scale: int) -> None:
    with pytest.raises(ValueError, match="whole number from 2 to 8"):
        evaluate("bicubic", PAIRS, scale)


@pytest.mark.parametrize("model", ["bicubic", "fsrcnn-x2"])
def test_without_pictures_there_is_nothing_to_evaluate_on(model: str) -> None:
    with pytest.raises(ValueError, match="nothing to evaluate on"):
        evaluate(model, [], 2)


def test_progress_and_stop() -> None:
    seen = []
    evaluate("bicubic", PAIRS, 2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    stop = threading.Event()
    stop.set()
    with pytest.raises(UpscaleStopped):
        evaluate("bicubic", PAIRS, 2, stop=stop)


@pytest.mark.parametrize(("scale", "gain"), [(2, 2.8), (3, 1.8), (4, 1.8)])
def test_shipped_models_gain_on_set5(
    data_folder: Callable[[str], Path], scale: int, gain: float
) -> None:
    assert evaluate(f"fsrcnn-x{scale}", data_folder("Set5"), scale, device="cpu").gain >= gain


@pytest.mark.parametrize(
    ("weights", "known"),
    [("SRCNN_91x3", 32.390), ("FSRCNN_x2", 36.997), ("FSRCNN_x3", 33.155), ("FSRCNN-s_x4", 30.111)],
)
def test_authors_weights_give_the_figures_that_are_known_for_them(
    data_folder: Callable[[str], Path], weights: str, known: float
) -> None:
    path = data_folder("peers") / "authors-mat" / f"{weights}.mat"
    scale = int(weights[-1])
    assert evaluate(path, data_folder("Set5"), scale, device="cpu").psnr == pytest.approx(
        known, abs=0.02
    )


def test_a_picture_that_cannot_be_measured_is_left_out_and_named() -> None:
    bad = [
        Pair("mine/tiny", SMOOTH[:12, :12], None, rgb=False),
        Pair("mine/nan", np.full((64, 64), np.nan), None, rgb=False),
    ]
    result = evaluate("bicubic", [bad[0], *PAIRS, bad[1]], 2)
    alone = evaluate("bicubic", PAIRS, 2)
    assert (result.images, result.psnr) == (alone.images, alone.psnr)
    assert [each.name for each in result.unusable] == ["mine/tiny", "mine/nan"]
    assert result.unusable[0].sentence.startswith("mine/tiny is left out: ")
    assert json.loads(result.to_json())["unusable"][0]["name"] == "mine/tiny"
    with pytest.raises(ValueError, match=r"No picture can be measured. mine/tiny is left out: "):
        evaluate("bicubic", bad, 2)
