"""What the thread of *Upscale* does, without Qt and without a viewer."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from numpy.typing import NDArray

import napari_fsrcnn
from napari_fsrcnn.datasets.bsd100 import bsd100_pair
from napari_fsrcnn.evaluation.compare import compare
from napari_fsrcnn.evaluation.consistency import consistency
from napari_fsrcnn.inference.upscale import bicubic
from napari_fsrcnn.weights.shipped import model_path
from napari_fsrcnn.widgets.job_events import Advanced
from napari_fsrcnn.widgets.upscaling import Began, Request, Upscaled, upscaling_events

DataFolder = Callable[[str], Path]
GREY = np.random.default_rng(7).integers(0, 256, (30, 40), np.uint8)


def request(image: Any, *, scale: int = 3, **how: Any) -> Request:
    rgb = np.ndim(image) > 2 and image.shape[-1] in (3, 4)
    return Request(image, rgb, f"fsrcnn-x{scale}", scale, device="cpu", **how)


def upscaled(wanted: Request) -> Upscaled:
    began, result = upscaling_events(wanted, stop=threading.Event(), report=lambda _: None)
    assert isinstance(began, Began)
    assert began.device.startswith("CPU")
    assert isinstance(result, Upscaled)
    return result


@pytest.fixture
def zebras(data_folder: DataFolder) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """HR and LR for x3."""
    data_folder("BSD100")
    pair = bsd100_pair(52, 3)
    assert pair.lr is not None
    return pair.hr, pair.lr


@pytest.mark.parametrize("color", ["luma", "channels"])
def test_the_figures_are_those_of_the_result(
    zebras: tuple[NDArray[np.uint8], NDArray[np.uint8]], color: Any
) -> None:
    hr, lr = zebras
    result = upscaled(request(lr, color=color, reference=hr))
    expected = napari_fsrcnn.upscale(lr, "fsrcnn-x3", color=color, device="cpu")
    np.testing.assert_array_equal(result.image, expected)
    channels: Any = {"luma": "luma", "channels": "all"}[color]
    assert result.figures is not None
    assert result.figures.model == compare(hr, expected, rgb=True, channels=channels, shave=3)
    assert result.figures.bicubic == compare(
        hr, bicubic(lr, 3), rgb=True, channels=channels, shave=3
    )
    assert result.figures.model.psnr > result.figures.bicubic.psnr + 0.5
    assert result.figures.model.ssim > result.figures.bicubic.ssim + 0.02


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_other_dtypes_come_back_in_theirs_and_gain_about_as_much(
    zebras: tuple[NDArray[np.uint8], NDArray[np.uint8]], dtype: Any
) -> None:
    hr, lr = (picture[..., 1] for picture in zebras)
    eight_bits = upscaled(request(lr, reference=hr)).figures
    hr, lr = (picture.astype(dtype) * 16 for picture in (hr, lr))
    result = upscaled(request(lr, reference=hr))
    assert result.image.dtype == dtype
    assert result.figures is not None
    assert eight_bits is not None
    gains = [figures.model.psnr - figures.bicubic.psnr for figures in (eight_bits, result.figures)]
    assert gains[1] == pytest.approx(gains[0], abs=0.2)


def test_how_it_was_made_is_recorded(
    zebras: tuple[NDArray[np.uint8], NDArray[np.uint8]],
) -> None:
    hr, lr = zebras
    result = upscaled(request(lr, reference=hr))
    assert result.figures is not None
    record = result.provenance
    assert record["model"] == "fsrcnn-x3"
    assert record["sha256"] == napari_fsrcnn.load_model("fsrcnn-x3").sha256
    assert record["version"] == napari_fsrcnn.__version__
    assert record["figures"]["psnr"] == result.figures.model.psnr
    assert record["figures"]["bicubic_ssim"] == result.figures.bicubic.ssim
    assert record["figures"]["data_range"] == 255
    assert record["consistency"] == result.consistency.psnr
    assert result.consistency == consistency(lr, result.image, 3, channels="luma")
    assert result.consistency.psnr > 30
    assert "figures" not in upscaled(request(lr)).provenance


def test_lazy_arrays_and_loaded_models() -> None:
    lazy = da.from_array(np.stack([GREY, GREY[::-1]]), chunks=(1, 15, 20))
    model = napari_fsrcnn.load_model(model_path("fsrcnn-x3"))
    result = upscaled(Request(lazy, rgb=False, model=model, scale=3, device="cpu"))
    assert result.image.shape == (2, 90, 120)
    np.testing.assert_array_equal(result.image[0], upscaled(request(GREY)).image)


def test_progress_is_reported_and_stop_leaves_no_result() -> None:
    stack, stop = np.stack([GREY] * 20), threading.Event()
    reports: list[object] = []

    def report(event: object) -> None:
        reports.append(event)
        stop.set()

    events = list(upscaling_events(request(stack), stop=stop, report=report))
    assert [type(event) for event in events] == [Began]
    assert reports == [Advanced(1, 20)]


def test_stop_while_figures_are_taken() -> None:
    stop = threading.Event()
    wanted = request(GREY, reference=np.kron(GREY, np.ones((3, 3), np.uint8)))
    events = upscaling_events(wanted, stop=stop, report=lambda _: None)
    next(events)
    stop.set()
    assert list(events) == []


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (request(GREY, reference=GREY), "must have 90 x 120 pixels, 3 times the layer's 30 x 40"),
        (request(GREY, reference=np.zeros((90, 120))), "reference is float64 and the image uint8"),
        (request(GREY / 1.0, reference=np.full((90, 120), np.nan)), "NaN"),
        (request(GREY[:4], reference=np.zeros((12, 120), np.uint8)), "SSIM needs at least"),
        (request(np.full((9, 9), np.nan)), "NaN or infinity"),
        (request(GREY.astype(complex)), "complex128"),
        (request(GREY.astype(object)), "object"),
        (Request(GREY, rgb=False, model="fsrcnn-x3", scale=2), "enlarges by 3, not by 2"),
        (Request(GREY, rgb=False, model="mine", scale=2), "no model 'mine'"),
        (Request(GREY, rgb=False, model="fsrcnn-x3", scale=3, device="cuda:77"), "no device"),
    ],
)
def test_what_cannot_be_done_is_refused(wanted: Request, sentence: str) -> None:
    reports: list[object] = []
    with pytest.raises(ValueError, match=sentence):
        list(upscaling_events(wanted, stop=threading.Event(), report=reports.append))
    assert reports == []  # before the long work


def test_the_widgets_load_torch_only_when_something_runs() -> None:
    modules = "upscale, commands, samples, session_models"
    code = f"import sys; from napari_fsrcnn.widgets import {modules}; print('torch' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100
    )
    assert run.stdout.strip() == "False"


def test_half_precision_is_told_of() -> None:
    exact, half = (upscaled(request(GREY, precision=each)) for each in ("float32", "bf16"))
    assert exact.deviation == ""
    assert half.deviation.startswith("In the middle of the picture bf16 differs from float32 by")
    assert (exact.provenance["precision"], half.provenance["precision"]) == ("float32", "bf16")
    expected = napari_fsrcnn.upscale(GREY, "fsrcnn-x3", device="cpu", precision="bf16")
    np.testing.assert_array_equal(half.image, expected)


def test_half_precision_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="The CPU does not compute in fp16"):
        upscaled(request(GREY, precision="fp16"))
