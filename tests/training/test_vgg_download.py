"""VGG's weights over HTTP: from another address, and small, but fetched as the real ones are."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from napari_fsrcnn.datasets.download import DownloadError, DownloadStopped
from napari_fsrcnn.training import vgg_download
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.perceptual import perceptual_loss
from napari_fsrcnn.training.vgg_download import fetch_for, vgg_file

PERCEPTUAL = TrainingConfig(loss="mse-perceptual", vgg_layer="relu1_1")


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a server has weights of VGG-16's first layer, and 3 MB beside them."""
    folder = tmp_path / "served"
    folder.mkdir()
    torch.manual_seed(0)
    state = {
        "features.0.weight": torch.rand(64, 3, 3, 3),
        "features.0.bias": torch.rand(64),
        "classifier.0.weight": torch.rand(750_000),
    }
    torch.save(state, folder / "new.pth")
    digits = hashlib.sha256((folder / "new.pth").read_bytes()).hexdigest()[:8]
    file = (folder / "new.pth").rename(folder / f"vgg16-{digits}.pth")
    handler = partial(Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{file.name}"
        server.shutdown()


@pytest.fixture
def checkpoints(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Torch's own cache, empty, which is filled from the server."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(vgg_download, "_address", lambda _: address)
    return tmp_path / "torch" / "hub" / "checkpoints"


def test_they_are_fetched_once_with_progress(checkpoints: Path, address: str) -> None:
    seen: list[tuple[int, int]] = []
    fetch_for(PERCEPTUAL, lambda *state: seen.append(state))
    (file,) = checkpoints.iterdir()
    assert file.name == address.rpartition("/")[2]
    assert seen[-1] == (3, 3)
    assert seen == sorted(seen)
    fetch_for(PERCEPTUAL, lambda *_: pytest.fail("fetched again"))
    assert vgg_file("vgg16") == file
    assert "layers.conv1_1.bias" in perceptual_loss("vgg16", "relu1_1", None, "cpu").state_dict()


@pytest.mark.parametrize("change", [{"loss": "l1"}, {"vgg_file": Path("own.pth")}])
def test_nothing_is_fetched_that_is_not_needed(
    checkpoints: Path, change: dict[str, object]
) -> None:
    fetch_for(PERCEPTUAL.model_copy(update=change), lambda *_: pytest.fail("fetched"))
    assert not checkpoints.exists()


def test_a_stop_leaves_nothing(checkpoints: Path) -> None:
    stop = threading.Event()
    with pytest.raises(DownloadStopped):
        fetch_for(PERCEPTUAL, lambda *_: stop.set(), stop)
    assert not list(checkpoints.iterdir())


def test_another_file_is_not_taken_for_them(
    checkpoints: Path, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "served" / address.rpartition("/")[2]
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DownloadError, match=r"SHA-256 differs.* Or give a file of VGG weights"):
        vgg_file("vgg16")
    assert not list(checkpoints.iterdir())


def test_no_place_for_them_is_said(checkpoints: Path) -> None:
    checkpoints.parent.mkdir(parents=True)
    checkpoints.write_text("a file where the folder should be")
    with pytest.raises(DownloadError, match=r"set TORCH_HOME to another folder\. Or give"):
        vgg_file("vgg16")
