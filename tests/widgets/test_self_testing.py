"""What the thread of a self-test does, without Qt and without a viewer."""

import threading
from typing import Any

import dask.array as da
import numpy as np
import pytest
from skimage import data

import napari_fsrcnn
from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.widgets.job_events import Advanced
from napari_fsrcnn.widgets.self_testing import SelfTestRequest, self_testing_events
from napari_fsrcnn.widgets.upscaling import Began

RGB = data.astronaut()[:90, 150:270]


@pytest.mark.parametrize("color", ["luma", "channels"])
def test_it_finds_what_the_function_finds(color: Any) -> None:
    reports: list[Advanced] = []
    model = napari_fsrcnn.load_model("fsrcnn-x3")
    request = SelfTestRequest(da.from_array(RGB), True, 3, (model,), color, "cpu")
    began, found = self_testing_events(request, stop=threading.Event(), report=reports.append)
    expected = napari_fsrcnn.self_test(RGB, 3, ["fsrcnn-x3"], color=color, device="cpu")
    assert isinstance(began, Began)
    assert began.device.startswith("CPU")
    assert isinstance(found, SelfTest)
    assert found.models == expected.models
    assert reports[-1].done == reports[-1].total


def test_stop_leaves_no_result() -> None:
    stop = threading.Event()
    request = SelfTestRequest(RGB, True, 3, ("fsrcnn-x3",), device="cpu")
    events = self_testing_events(request, stop=stop, report=lambda _: None)
    next(events)
    stop.set()
    assert list(events) == []


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (SelfTestRequest(np.full((40, 40), np.nan), False, 3, ("fsrcnn-x3",)), "NaN or infinity"),
        (SelfTestRequest(RGB, True, 2, ("fsrcnn-x3",)), "enlarges by 3, not by 2"),
        (SelfTestRequest(RGB, True, 3, ("fsrcnn-x3",), device="cuda:77"), "no device"),
    ],
)
def test_what_cannot_be_done_is_refused(request_: SelfTestRequest, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        list(self_testing_events(request_, stop=threading.Event(), report=lambda _: None))
