"""File > Open Sample, opened as napari opens it; the network is a server on this machine."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.utils.notifications import ErrorNotification, notification_manager
from npe2 import PluginManager, PluginManifest

from napari_fsrcnn.image.resize import imresize

DataFolder = Callable[[str], Path]
PAIRS = {scale: f"bsd100-pair-x{scale}" for scale in (2, 3, 4)}
SINGLES = ["bsd100-tiger", "bsd100-castle", "bsd100-anemone-fish"]


class NotingServer(ThreadingHTTPServer):
    """Serves a folder and notes what was asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(NotingHandler, directory=folder))
        self.asked: list[str] = []


class NotingHandler(SimpleHTTPRequestHandler):
    server: NotingServer

    def log_message(self, *_: Any) -> None:
        self.server.asked.append(self.path)


@pytest.fixture(autouse=True)
def plugin(npe2pm: PluginManager) -> None:
    npe2pm.register(PluginManifest.from_distribution("napari-fsrcnn"))


@pytest.fixture
def bsd100(data_folder: DataFolder) -> Path:
    return data_folder("BSD100")


@pytest.fixture
def without_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A user's machine: nothing fetched yet, and no server at the address."""
    monkeypatch.delenv("NAPARI_FSRCNN_DATA", raising=False)
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NAPARI_FSRCNN_BSD100_URL", "http://127.0.0.1:9/")
    return monkeypatch


@pytest.fixture
def asked(bsd100: Path, without_data: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A server that has BSD-100: the files that it was asked for."""
    with NotingServer(bsd100) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        without_data.setenv("NAPARI_FSRCNN_BSD100_URL", f"http://127.0.0.1:{server.server_port}/")
        yield server.asked
        server.shutdown()


def open_sample(key: str) -> ViewerModel:
    viewer = ViewerModel()
    viewer.open_sample("napari-fsrcnn", key)
    return viewer


def test_the_chart_needs_no_network(without_data: pytest.MonkeyPatch) -> None:
    del without_data
    (layer,) = open_sample("resolution-chart").layers
    assert layer.name == "Resolution chart"
    assert layer.rgb
    assert (layer.data.shape, layer.data.dtype) == ((512, 512, 3), np.uint8)


@pytest.mark.parametrize("key", SINGLES)
def test_a_single_picture_fetches_one_file_once(key: str, asked: list[str]) -> None:
    (layer,) = open_sample(key).layers
    assert layer.rgb
    assert sorted(layer.data.shape) == [3, 320, 480]
    open_sample(key)
    assert len(asked) == 1


@pytest.mark.parametrize("scale", PAIRS)
def test_a_pair_fetches_two_files_and_lr_lies_on_hr(scale: int, asked: list[str]) -> None:
    viewer = open_sample(PAIRS[scale])
    hr, lr = viewer.layers
    assert len(asked) == 2
    assert viewer.layers.selection.active is lr
    assert [hr.name, lr.name] == ["Zebras HR", f"Zebras LR x{scale}"]
    np.testing.assert_array_equal(np.array(lr.data.shape[:2]) * scale, hr.data.shape[:2])
    np.testing.assert_allclose(
        lr.data_to_world([-0.5, -0.5]), hr.data_to_world([-0.5, -0.5]), atol=1e-12
    )
    far = np.array(lr.data.shape[:2]) - 0.5
    np.testing.assert_allclose(
        lr.data_to_world(far), hr.data_to_world(np.array(hr.data.shape[:2]) - 0.5), atol=1e-12
    )
    shrunk = imresize(np.moveaxis(hr.data, -1, 0), 1 / scale)
    assert np.abs(np.moveaxis(shrunk, 0, -1) - lr.data).mean() < 1


@pytest.mark.usefixtures("without_data")
@pytest.mark.parametrize("key", [*SINGLES, *PAIRS.values()])
def test_without_network_one_sentence_and_nothing_added(key: str, tmp_path: Path) -> None:
    before = len(notification_manager.records)
    assert len(open_sample(key).layers) == 0
    (told,) = notification_manager.records[before:]
    assert told.severity == "error"
    assert not isinstance(told, ErrorNotification)  # which has a traceback
    assert told.message.startswith("The sample is not shown: img_")
    assert "check the network" in told.message
    assert "\n" not in told.message
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
