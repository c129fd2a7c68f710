"""The form: what it offers, and the configuration that it gives."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError
from pytestqt.qtbot import QtBot

from napari_fsrcnn.networks.registry import architectures
from napari_fsrcnn.training.config import Loss, TrainingConfig
from napari_fsrcnn.training.presets import PRESETS
from napari_fsrcnn.widgets.train_fields import shown_value
from napari_fsrcnn.widgets.train_form import ADVANCED, BSD100, FOLDER, LAYERS, PAIR, TrainForm


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
        "scale": 4,
        "steps": 123,
        "device": "cpu",
        "loss": "mse",
        "patch": 17,
        "batch": 5,
        "lr": 0.0123,
        "seed": 99,
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
        "hyperparameters",
        "stop_after",
        "out",
        "run",
    }
    form.fields["source"].value = FOLDER
    form.fields["folder"].value = tmp_path
    for name, value in values.items():
        form.fields[name].value = shown_value(name, value)
    config = form.config()
    assert config.model_dump(include=set(values)) == values
    again = TrainForm()
    qtbot.addWidget(again)
    again.show_config(config)
    assert again.config().model_copy(update={"run": config.run}) == config


def test_every_architecture_and_loss_is_offered(form: TrainForm) -> None:
    assert list(form.fields["arch"].choices) == list(architectures())
    assert list(form.fields["loss"].choices) == list(get_args(Loss))
    assert form.fields["scale"].choices[:3] == (2, 3, 4)


def test_the_data(form: TrainForm, tmp_path: Path) -> None:
    data = {}
    form.fields["folder"].value = tmp_path
    for source in (BSD100, FOLDER, LAYERS, PAIR):
        form.fields["source"].value = source
        data[source] = form.config().data
    assert data == {BSD100: ("bsd100",), FOLDER: (str(tmp_path),), LAYERS: (), PAIR: ()}


def test_only_what_belongs_to_the_data_is_shown(form: TrainForm) -> None:
    shown = {}
    for source in (BSD100, FOLDER, LAYERS, PAIR):
        form.fields["source"].value = source
        shown[source] = [
            name for name in ("folder", "layers") if form.fields[name].native.isVisibleTo(form)
        ]
    assert shown == {BSD100: [], FOLDER: ["folder"], LAYERS: ["layers"], PAIR: ["layers"]}


def test_what_is_seldom_changed_is_folded_away(form: TrainForm) -> None:
    def shown() -> set[str]:
        return {name for name, field in form.fields.items() if field.native.isVisibleTo(form)}

    first = shown()
    assert first == {"source", "preset", "arch", "scale", "steps", "device"}
    form.fold.click()
    perceptual = {"vgg", "vgg_layer", "vgg_weight", "vgg_file"}
    assert shown() - first == set(ADVANCED) - perceptual
    form.fields["loss"].value = "mse-perceptual"
    assert shown() - first == set(ADVANCED)
    form.fold.click()
    assert shown() == first


def test_no_folder_is_refused(form: TrainForm) -> None:
    form.fields["source"].value = FOLDER
    with pytest.raises(ValueError, match="No folder is chosen"):
        form.config()


def test_a_value_out_of_its_limits_is_refused(form: TrainForm) -> None:
    form.fields["lr"].value = 0
    with pytest.raises(ValidationError, match="lr"):
        form.config()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("patch", 8, None), ("lr", 0, 1), ("blur", 0, 10), ("width", 0, 4096), ("average", 0, 1)],
)
def test_fields_have_the_configuration_s_limits(
    form: TrainForm, name: str, low: float, high: float | None
) -> None:
    field = form.fields[name]
    assert field.min == low
    assert high is None or field.max == high


def test_every_field_explains_itself(form: TrainForm) -> None:
    for name in ADVANCED:
        description = TrainingConfig.model_fields[name].description
        assert description
        assert form.fields[name].tooltip.startswith(description)
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
    form.fields["lr"].value = TrainingConfig().lr
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
