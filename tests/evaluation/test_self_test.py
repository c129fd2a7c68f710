"""Shrunk, restored, and held against itself."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

import napari_fsrcnn
from napari_fsrcnn.evaluation.compare import compare
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.evaluation.self_test import self_test
from napari_fsrcnn.files.pictures import read_picture
from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.inference.upscale import bicubic, upscale
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import list_models

DataFolder = Callable[[str], Path]
MakeModel = Callable[..., Model]

CAMERA = data.camera()[100:300, 150:351]
ASTRONAUT = data.astronaut()[:120, 160:281]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_every_shipped_model_of_the_scale_is_tested_and_the_best_comes_first(scale: int) -> None:
    result = self_test(CAMERA, scale, device="cpu")
    assert {model.name for model in result.models} == set(list_models(scale))
    gains = [model.psnr_gain for model in result.models]
    assert gains == sorted(gains, reverse=True)
    assert result.best.psnr_gain > 0.5
    assert f"Use {result.best.name}: it gains {gains[0]:.2f} dB" in result.advice
    for model in result.models:
        assert model.psnr_gain == model.psnr - result.bicubic.psnr
        assert model.ssim_gain == model.ssim - result.bicubic.ssim
        assert min(model.consistency, result.bicubic.consistency) > 30


@pytest.mark.parametrize("color", ["luma", "channels"])
def test_the_figures_are_those_of_the_picture_shrunk_as_it_would_be_stored(color: Any) -> None:
    result = self_test(ASTRONAUT, 3, ["fsrcnn-x3"], color=color, device="cpu")
    hr = ASTRONAUT[:, :120]
    shrunk = np.stack([_shrunk(hr[..., channel], 3) for channel in range(3)], axis=-1)
    restored = upscale(shrunk, "fsrcnn-x3", rgb=True, color=color, device="cpu")
    how: dict[str, Any] = {"luma": {"channels": "luma"}, "channels": {"channels": "all"}}[color]
    for found, image in ((result.best, restored), (result.bicubic, bicubic(shrunk, 3, rgb=True))):
        expected = compare(hr, image, rgb=True, shave=3, **how)
        assert (found.psnr, found.ssim) == (expected.psnr, expected.ssim)
    assert (result.data_range, result.channels) == (255, how["channels"])


def _shrunk(plane: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    rounded: NDArray[np.float64] = np.floor(imresize(plane, 1 / scale) + 0.5)
    return rounded.clip(0, 255).astype(np.uint8)


def test_on_set5_it_says_what_evaluate_says(data_folder: DataFolder) -> None:
    folder = data_folder("Set5")
    scores = evaluate("fsrcnn-x3", folder, 3, device="cpu").images
    for score in scores:
        picture = read_picture(folder / f"{score.name.partition('/')[2]}.png")
        found = self_test(picture.data, 3, ["fsrcnn-x3"], rgb=picture.rgb, device="cpu").best
        # LR is rounded here, and the whole levels of Y are those of the restored colours.
        assert found.psnr == pytest.approx(score.psnr, abs=0.2)
        assert found.psnr_gain == pytest.approx(score.psnr - score.bicubic_psnr, abs=0.2)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_other_dtypes_gain_about_as_much(dtype: type) -> None:
    eight_bits = self_test(CAMERA, 2, ["fsrcnn-x2"], device="cpu").best
    result = self_test(CAMERA.astype(dtype) * 16, 2, ["fsrcnn-x2"], device="cpu")
    assert result.best.psnr_gain == pytest.approx(eight_bits.psnr_gain, abs=0.2)
    assert result.data_range == pytest.approx(16 * np.ptp(np.percentile(CAMERA, (0.1, 99.9))))
    given = self_test(
        CAMERA.astype(dtype) * 16, 2, ["fsrcnn-x2"], value_range=(0, 4080), device="cpu"
    )
    assert given.data_range == 4080
    assert given.best.psnr_gain == pytest.approx(eight_bits.psnr_gain, abs=0.2)


def test_the_map_is_of_the_best_model_and_agrees_with_its_gain(make_model: MakeModel) -> None:
    result = self_test(CAMERA, 2, [make_model(2), "fsrcnn-x2"], device="cpu")
    alone = self_test(CAMERA, 2, ["fsrcnn-x2"], device="cpu")
    assert [model.name for model in result.models] == ["fsrcnn-x2", "random"]
    np.testing.assert_array_equal(result.region.gain, alone.region.gain)
    assert result.region.gain.shape == (200, 200)
    assert result.region.gain.mean() > 0.3


def test_of_a_large_stack_the_middle_is_tested(make_model: MakeModel) -> None:
    planes = np.zeros((3, 1100, 1200), np.uint8)
    planes[1, 38:1062, 88:1112] = np.tile(CAMERA[:128, :128], (8, 8))
    lazy = da.from_array(planes, chunks=(1, 100, 100))
    result = self_test(lazy, 2, [make_model(2)], device="cpu")
    alone = self_test(planes[1, 38:1062, 88:1112], 2, [make_model(2)], device="cpu")
    assert result.region.start == (1, 38, 88)
    np.testing.assert_array_equal(result.region.gain[0], alone.region.gain)
    assert result.models == alone.models
    assert result.sample == "the middle plane of 3, the middle 1024 x 1024 of 1100 x 1200 pixels"


def test_a_stacks_figures_are_means_over_planes() -> None:
    stack = np.stack([CAMERA[:60, :60], CAMERA[60:120, 60:120]])
    result = self_test(stack, 3, ["fsrcnn-x3"], device="cpu")
    each = [self_test(plane, 3, ["fsrcnn-x3"], device="cpu").best for plane in stack]
    assert result.best.psnr == pytest.approx(np.mean([best.psnr for best in each]))
    assert result.region.gain.shape == stack.shape


def test_json_has_the_figures_and_no_infinity() -> None:
    steps = np.kron(np.eye(5, dtype=bool), np.ones((8, 8), bool))
    result = self_test(steps, 2, ["fsrcnn-x2"], device="cpu")
    assert np.isinf(result.bicubic.psnr)

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    figures = json.loads(result.to_json(), parse_constant=refuse)
    assert figures["bicubic"]["psnr"] is None
    assert figures["models"][0]["name"] == "fsrcnn-x2"
    assert figures["advice"] == result.advice


def test_progress_counts_the_tiles_of_all_models(make_model: MakeModel) -> None:
    calls: list[tuple[int, int]] = []
    models = [make_model(2), make_model(2, m=2)]
    self_test(CAMERA, 2, models, device="cpu", progress=lambda *call: calls.append(call))
    assert calls == [(1, 2), (2, 2)]


def test_it_stops(make_model: MakeModel) -> None:
    stop = threading.Event()

    def stop_after_the_first(*_: int) -> None:
        stop.set()

    models = [make_model(2), make_model(2)]
    with pytest.raises(UpscaleStopped):
        self_test(CAMERA, 2, models, device="cpu", progress=stop_after_the_first, stop=stop)


def test_a_single_model_needs_no_list(make_model: MakeModel) -> None:
    model = make_model(2)
    for given in (model, "fsrcnn-x2"):
        (tested,) = self_test(CAMERA, 2, given, device="cpu").models
        assert tested.name == (given if isinstance(given, str) else model.name)


def test_files_of_one_name_are_told_apart(make_model: MakeModel, tmp_path: Path) -> None:
    paths = [tmp_path / run / "model.safetensors" for run in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        save_checkpoint(path, make_model(2))
    result = self_test(CAMERA, 2, paths, device="cpu")
    assert {model.name for model in result.models} == {"a/model.safetensors", "b/model.safetensors"}


@pytest.mark.parametrize(
    ("scale", "models", "how", "sentence"),
    [
        (9, None, {}, "scale must be a whole number from 2 to 8"),
        (7, None, {}, "There is no model x7"),
        (2, [], {}, "There is no model x2"),
        (2, ["fsrcnn-x3"], {}, "enlarges by 3, not by 2"),
        (2, ["nosuch"], {}, "There is no model 'nosuch'"),
        (2, ["fsrcnn-x2"], {"device": "cuda:77"}, "no device cuda:77"),
        (2, ["fsrcnn-x2"], {"value_range": (9, 1)}, "low <= high"),
        (2, ["fsrcnn-x2"], {"value_range": (9, 9)}, "data range .* above 0, not 0"),
        (2, ["fsrcnn-x2"], {"color": "blue"}, "'luma' or 'channels'"),
    ],
)
def test_what_cannot_be_done_is_refused(
    scale: int, models: Any, how: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        self_test(CAMERA, scale, models, **how)


def test_it_is_public() -> None:
    assert napari_fsrcnn.self_test is self_test
    with pytest.raises(ValueError, match="enlarges by 3, not by 2"):
        napari_fsrcnn.self_test(CAMERA, 2, [napari_fsrcnn.load_model("fsrcnn-x3")])


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.float32, 1)])
def test_an_empty_plane_does_not_count(dtype: type, white: int) -> None:
    planes = np.stack([CAMERA[:80, :80], np.full((80, 80), 77)]) / 255 * white
    planes = planes.round(4).astype(dtype)
    result = self_test(planes, 3, ["fsrcnn-x3"], device="cpu")
    alone = self_test(planes[0], 3, ["fsrcnn-x3"], device="cpu")
    assert (result.best.psnr, result.bicubic.psnr) == (alone.best.psnr, alone.bicubic.psnr)
    assert (result.best.ssim, result.bicubic.ssim) == (alone.best.ssim, alone.bicubic.ssim)
    assert result.advice == alone.advice
    assert result.sample == (
        "2 planes, 80 x 80 pixels, less 1 plane that bicubic restores without error"
    )
