"""The form: what it offers, and the configuration that it gives."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog

from napari_fsrcnn.networks.registry import architectures
from napari_fsrcnn.training.config import Loss, TrainingConfig
from napari_fsrcnn.training.presets import PRESETS
from napari_fsrcnn.widgets.train_fields import shown_value
from napari_fsrcnn.widgets.train_form import BSD100, FOLDERS, LAYERS, PAIR, TrainForm

FLOATS = ("vgg_weight", "clip", "last_lr", "lr", "leak", "average", "blur", "noise")


@pytest.fixture
def form(qtbot: QtBot) -> TrainForm:
    form = TrainForm()
    qtbot.addWidget(form)
    return form


def test_as_it_opens_it_trains_fsrcnn_on_bsd100_for_a_minute(form: TrainForm, runs: Path) -> None:
    config = form.config()
    assert config.run is not None
    assert config.run.parent == runs
    assert config == TrainingConfig(
        data=("bsd100",), arch="fsrcnn", scale=2, steps=2000, validate_every=200, run=config.run
    )


def test_every_field_reaches_the_configuration(
    form: TrainForm, tmp_path: Path, qtbot: QtBot
) -> None:
    values = {
        "arch": "srcnn-955",
        "hyperparameters": {"channels": [48, 24], "padding_mode": "zeros"},
        "scale": 4,
        "steps": 123,
        "device": "cpu",
        "loss": "mse",
        "patch": 17,
        "margin": 3,
        "batch": 5,
        "lr": 0.0123,
        "seed": 2**62 + 1,
        "validate_every": 7,
        "blur": 1.5,
        "noise": 2.0,
        "rescale": (0.9, 0.6),
        "levels": False,
        "vgg": "vgg19",
        "vgg_layer": "relu5_4",
        "vgg_weight": 0.05,
        "vgg_file": tmp_path / "vgg.pth",
        "last_lr": 0.1,
        "optimizer": "sgd",
        "schedule": "constant",
        "clip": 0.5,
        "initial": "paper",
        "leak": 0.0,
        "width": 0,
        "average": 0.0,
        "start": tmp_path / "x3.safetensors",
        "teacher": Path("fsrcnn-x4"),
        "learn": "last",
        "precision": "bf16",
        "compile": True,
        "patience": 4,
    }
    assert set(values) == set(TrainingConfig.model_fields) - {
        "data",
        "stop_after",
        "out",
        "run",
    }
    form.fields["source"].value = FOLDERS
    form.fields["folders"].value = folders = (str(tmp_path / "one"), str(tmp_path / "two"))
    for name, value in values.items():
        form.fields[name].value = shown_value(name, value)
    config = form.config()
    assert config.data == folders
    assert config.model_dump(include=set(values)) == values
    again = TrainForm()
    qtbot.addWidget(again)
    again.show_config(config)
    assert again.config().model_copy(update={"run": config.run}) == config


def test_every_architecture_and_loss_is_offered(form: TrainForm) -> None:
    assert list(form.fields["arch"].choices) == list(architectures())
    assert list(form.fields["loss"].choices) == list(get_args(Loss))
    assert form.fields["scale"].choices[:3] == (2, 3, 4)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("vgg_weight", "1e-7", 1e-7),
        ("clip", "0.001", 0.001),
        ("last_lr", "0.001", 0.001),
        ("lr", "1E-6", 1e-6),
        ("leak", ".005", 0.005),
        ("average", "0.99999", 0.99999),
        ("blur", "0.3333333333333333", 1 / 3),
        ("noise", " 2.55 ", 2.55),
    ],
)
def test_a_number_is_taken_as_it_is_typed(
    form: TrainForm, name: str, typed: str, value: float
) -> None:
    form.fields["source"].value = LAYERS
    form.fields[name].native.setText(typed)
    assert getattr(form.config(), name) == value


@pytest.mark.parametrize("name", FLOATS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_number_of_a_run_is_not_rounded(form: TrainForm, name: str, value: float) -> None:
    config = TrainingConfig.model_validate({name: value})
    form.show_config(config)
    form.fields["source"].value = LAYERS
    assert getattr(form.config(), name) == value


def test_the_data(form: TrainForm, tmp_path: Path) -> None:
    data = {}
    form.fields["folders"].value = (str(tmp_path),)
    for source in (BSD100, FOLDERS, LAYERS, PAIR):
        form.fields["source"].value = source
        data[source] = form.config().data
    assert data == {BSD100: ("bsd100",), FOLDERS: (str(tmp_path),), LAYERS: (), PAIR: ()}


def test_bsd100_beside_a_folder(form: TrainForm, tmp_path: Path) -> None:
    config = TrainingConfig(data=("bsd100", str(tmp_path)), scale=2)
    form.show_config(config)
    assert form.config().data == config.data


def test_only_what_belongs_to_the_data_is_shown(form: TrainForm) -> None:
    shown = {}
    names = ("folders", "add_folder", "layers")
    for source in (BSD100, FOLDERS, LAYERS, PAIR):
        form.fields["source"].value = source
        shown[source] = [name for name in names if form.fields[name].native.isVisibleTo(form)]
    assert shown == {
        BSD100: [],
        FOLDERS: ["folders", "add_folder"],
        LAYERS: ["layers"],
        PAIR: ["layers"],
    }


def test_folders_are_added_one_after_another(
    form: TrainForm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form.fields["source"].value = FOLDERS
    chosen = [str(tmp_path / "one"), str(tmp_path / "two, and more")]
    answers = iter([*chosen, ""])  # the last time nothing is chosen
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: next(answers))
    for _ in range(3):
        form.fields["add_folder"].native.click()
    assert form.config().data == tuple(chosen)
    form.fields["folders"].native.setPlainText(f"\n {chosen[1]}\n\n")
    assert form.config().data == (chosen[1],)


def test_what_is_seldom_changed_is_folded_away(form: TrainForm) -> None:
    def shown() -> set[str]:
        return {name for name, field in form.fields.items() if field.native.isVisibleTo(form)}

    first = shown()
    assert first == {"source", "preset", "arch", "scale", "steps", "device"}
    form.fold.click()
    advanced = set(form.fields) - first - {"folders", "add_folder", "layers"}
    perceptual = {"vgg", "vgg_layer", "vgg_weight", "vgg_file"}
    assert shown() - first == advanced - perceptual
    form.fields["loss"].value = "mse-perceptual"
    assert shown() - first == advanced
    form.fold.click()
    assert shown() == first


def test_no_folder_is_refused(form: TrainForm) -> None:
    form.fields["source"].value = FOLDERS
    with pytest.raises(ValueError, match="No folder is chosen"):
        form.config()


def test_a_value_out_of_its_limits_is_refused(form: TrainForm) -> None:
    for shown in (0, 1.5, "", "0,01", "nan"):
        form.fields["lr"].value = shown
        with pytest.raises(ValidationError, match="lr"):
            form.config()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("steps", 1, 100_000_000),
        ("batch", 1, 65_536),
        ("patch", 8, 4096),
        ("width", 0, 4096),
        ("patience", 0, 1_000_000),
        ("seed", 0, 2**63 - 1),
        ("validate_every", 1, 100_000_000),
    ],
)
def test_fields_have_the_configuration_s_limits(
    form: TrainForm, name: str, low: int, high: int
) -> None:
    assert (form.fields[name].min, form.fields[name].max) == (low, high)


def test_every_field_explains_itself(form: TrainForm) -> None:
    for name, field in form.fields.items():
        assert field.tooltip
        if name in TrainingConfig.model_fields and name not in ("arch", "device"):
            assert field.tooltip.startswith(TrainingConfig.model_fields[name].description or "-")
    assert form.fields["patience"].tooltip.endswith("; 0: never")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_recipe_fills_in_the_fields(form: TrainForm, preset: str) -> None:
    form.fields["source"].value = LAYERS  # BSD-100's LR comes at one size
    form.fields["loss"].value = "charbonnier"
    combo = form.fields["preset"].native
    combo.setCurrentIndex(list(PRESETS).index(preset))
    combo.activated.emit(combo.currentIndex())  # as the user's choice does
    values = PRESETS[preset].values
    assert form.config().model_dump(include=set(values)) == values
    assert form.config().loss == values.get("loss", "rmse")
    assert combo.currentText() == preset


def test_a_changed_recipe_says_so(form: TrainForm) -> None:
    combo = form.fields["preset"].native
    form.fields["lr"].value = 0.02
    assert combo.currentText() == "fast, changed"
    assert form.fields["preset"].value == "fast"
    form.fields["lr"].value = "1e-2"
    assert combo.currentText() == "fast"
    form.fields["scale"].value = 4  # any recipe is for any scale
    assert combo.currentText() == "fast"
    form.fields["lr"].value = 0.02
    form.fields["preset"].value = "paper-fsrcnn"
    assert [combo.itemText(index) for index in range(combo.count())] == list(PRESETS)


def test_the_selected_layers_are_named(form: TrainForm) -> None:
    form.show_layers(["cells", "nuclei"])
    assert form.fields["layers"].value == "cells, nuclei"
    form.show_layers([f"layer {index}" for index in range(30)])
    assert form.fields["layers"].value == "30 layers"
    form.show_layers([])
    assert "none" in form.fields["layers"].value


def test_long_names_do_not_widen_the_dock(form: TrainForm) -> None:
    form.fields["source"].value = LAYERS
    form.show_layers(["cells"])
    width = form.minimumSizeHint().width()
    form.show_layers([f"a_layer_with_quite_a_long_name_{index}" * 3 for index in range(3)])
    assert form.minimumSizeHint().width() == width
