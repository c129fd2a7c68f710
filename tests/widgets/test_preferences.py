"""What is set under Preferences is what the forms propose."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from napari.settings import get_plugin_settings
from pytestqt.qtbot import QtBot

from napari_fsrcnn.datasets.bsd100 import bsd100_file
from napari_fsrcnn.weights.shipped import list_models
from napari_fsrcnn.widgets.preferences import preferred, use_preferred_cache
from napari_fsrcnn.widgets.train_form import TrainForm
from napari_fsrcnn.widgets.upscale_form import UpscaleForm


@pytest.fixture
def defaults(make_napari_viewer_proxy: Callable[[], Any]) -> Any:
    """The settings, as the Preferences dialog changes them."""
    make_napari_viewer_proxy()
    return get_plugin_settings("napari-fsrcnn").defaults


def test_they_are_kept(defaults: Any, tmp_path: Path) -> None:
    defaults.device = "cpu"
    assert "device: cpu" in (tmp_path / "napari-fsrcnn.yaml").read_text()


def test_every_shipped_model_can_be_chosen(defaults: Any) -> None:
    for name in list_models():
        defaults.model = name
        assert preferred("model") == name
    with pytest.raises(ValueError, match="allowed"):
        defaults.model = "another"


def test_the_forms_propose_the_preferred_device(defaults: Any, qtbot: QtBot) -> None:
    for device in ("cpu", "cuda:1", "auto"):
        defaults.device = device
        form = TrainForm()
        qtbot.addWidget(form)
        assert form.fields["device"].value == device


def test_upscale_proposes_the_preferred_model(
    defaults: Any, make_napari_viewer_proxy: Callable[[], Any]
) -> None:
    defaults.model = "fsrcnn-x4"
    form = UpscaleForm(make_napari_viewer_proxy())
    assert form.model.value.model == "fsrcnn-x4"
    assert form.scale.value == 4


def test_downloads_go_into_the_preferred_folder(
    defaults: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data_folder: Callable[[str], Path],
) -> None:
    name = "image_SRF_2/img_001_SRF_2_HR.png"
    stored = data_folder("BSD100") / name
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", "")
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", "")
    target = tmp_path / "BSD100" / name
    target.parent.mkdir(parents=True)
    target.write_bytes(stored.read_bytes())
    defaults.cache = str(tmp_path)
    use_preferred_cache()
    assert bsd100_file(name) == target
    defaults.cache = ""
    use_preferred_cache()
    assert not os.environ.get("NAPARI_FSRCNN_CACHE")


def test_the_user_s_environment_comes_first(
    defaults: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path / "mine"))
    defaults.cache = str(tmp_path / "other")
    use_preferred_cache()
    assert os.environ["NAPARI_FSRCNN_CACHE"] == str(tmp_path / "mine")
