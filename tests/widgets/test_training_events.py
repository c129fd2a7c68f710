"""What runs in the thread, without a viewer: pictures are fetched or read, then trained on."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from imageio.v3 import imwrite

from napari_fsrcnn.networks import registry
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Started
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.widgets.job_events import Advanced, Fetched, JobFailed
from napari_fsrcnn.widgets.layer_pictures import LayerPicture
from napari_fsrcnn.widgets.layer_reading import read_layers
from napari_fsrcnn.widgets.training_events import training_events


@pytest.fixture
def config(runs: Path) -> TrainingConfig:
    return TrainingConfig(
        arch="fsrcnn-s",
        scale=2,
        steps=6,
        batch=2,
        patch=8,
        validate_every=3,
        device="cpu",
        run=runs / "mine",
    )


@pytest.fixture
def shapes(discs: np.ndarray) -> LayerPicture:
    return LayerPicture("shapes", discs, rgb=False)


@pytest.fixture
def served(
    data_folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An empty cache, and a server on this machine that has BSD-100."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(data_folder("BSD100")))
    monkeypatch.delenv("NAPARI_FSRCNN_DATA")
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path / "cache"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setenv("NAPARI_FSRCNN_BSD100_URL", f"http://127.0.0.1:{server.server_port}/")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield tmp_path / "cache"
        server.shutdown()
        thread.join()


def events_of(
    config: TrainingConfig,
    layers: list[LayerPicture] | None,
    report: Callable[[Advanced], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> list[object]:
    return list(
        training_events(
            config,
            None if layers is None else partial(read_layers, layers, config.scale),
            pause=threading.Event(),
            stop=stop or threading.Event(),
            report=report,
        )
    )


def test_layers_are_trained_on(config: TrainingConfig, shapes: LayerPicture) -> None:
    first, *_, last = events_of(config, [shapes])
    assert isinstance(first, Started)
    assert sorted(first.train + first.validation) == [f"shapes/{index}" for index in range(6)]
    assert isinstance(last, Finished)
    assert last.step == 6


def test_several_layers_of_one_picture_each_are_enough(
    config: TrainingConfig, discs: np.ndarray
) -> None:
    layers = [LayerPicture(f"disc {index}", disc, rgb=False) for index, disc in enumerate(discs)]
    first, *_ = events_of(config, layers)
    assert isinstance(first, Started)
    assert first.validation
    assert len(first.train + first.validation) == 6


def test_the_model_is_the_saved_one_and_called_like_its_folder(
    config: TrainingConfig, shapes: LayerPicture, runs: Path
) -> None:
    *_, last = events_of(config, [shapes])
    assert isinstance(last, Finished)
    assert last.model is not None
    assert last.model.name == "mine"
    assert last.model.sha256 == read_checkpoint(runs / "mine/model.safetensors").sha256 != ""


def test_a_folder_is_trained_on(config: TrainingConfig, discs: np.ndarray, tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    for index, picture in enumerate(discs):
        imwrite(folder / f"{index}.png", picture)
    first, *_, last = events_of(config.model_copy(update={"data": (str(folder),)}), None)
    assert isinstance(first, Started)
    assert "drawings/0" in first.train + first.validation
    assert isinstance(last, Finished)


def test_bsd100_is_fetched_first(config: TrainingConfig, served: Path) -> None:
    reports: list[Advanced] = []
    bsd100 = config.model_copy(update={"data": ("bsd100",), "scale": 4})
    *_, last = events_of(bsd100, None, reports.append)
    assert isinstance(last, Finished)
    assert reports[-1] == Fetched(200, 200, "BSD-100", "files")
    files = [report.done for report in reports]
    assert files == sorted(set(files))
    assert len(list(served.rglob("*.png"))) == 200


def test_a_download_can_be_stopped(config: TrainingConfig, served: Path, runs: Path) -> None:
    stop = threading.Event()
    bsd100 = config.model_copy(update={"data": ("bsd100",), "scale": 4})
    assert events_of(bsd100, None, lambda _: stop.set(), stop) == []
    assert 0 < len(list(served.rglob("*.png"))) < 200
    assert not runs.exists()


def test_a_dead_link_is_an_error(
    config: TrainingConfig, served: Path, monkeypatch: pytest.MonkeyPatch, runs: Path
) -> None:
    monkeypatch.setenv(
        "NAPARI_FSRCNN_BSD100_URL", os.environ["NAPARI_FSRCNN_BSD100_URL"] + "elsewhere/"
    )
    with pytest.raises(OSError, match="could not be fetched"):
        events_of(config.model_copy(update={"data": ("bsd100",)}), None)
    assert not list(served.rglob("*.png"))
    assert not runs.exists()


def test_stopped_before_the_first_step_nothing_happens(
    config: TrainingConfig, shapes: LayerPicture, runs: Path
) -> None:
    stop = threading.Event()
    stop.set()
    assert events_of(config, [shapes], stop=stop) == []
    assert not runs.exists()


@pytest.mark.parametrize("patch", [33, 4096])
def test_a_patch_larger_than_the_pictures_leaves_no_run(
    config: TrainingConfig, shapes: LayerPicture, runs: Path, patch: int
) -> None:
    with pytest.raises(ValueError, match=f"smaller than {patch} x {patch}"):
        events_of(config.model_copy(update={"patch": patch}), [shapes])
    assert not runs.exists()


class Mismatched(torch.nn.Module):
    """Breaks as torch breaks, by a RuntimeError in the middle of a step."""

    halo: int = 0
    hyperparameters: Mapping[str, Any]

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.hyperparameters = {}
        self.layer = torch.nn.Conv2d(3, 1, 3)

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        return self.layer(lr)


def test_an_error_of_torch_is_one_that_the_worker_passes_on(
    config: TrainingConfig, shapes: LayerPicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = registry.Architecture("broken", "breaks", Mismatched)
    monkeypatch.setitem(registry.architectures(), "broken", broken)
    with pytest.raises(JobFailed, match=r"broke off .*smaller batch"):
        events_of(config.model_copy(update={"arch": "broken"}), [shapes])
