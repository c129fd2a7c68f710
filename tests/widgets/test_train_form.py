"""The form: what it offers, and the configuration that it gives."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError
from pytestqt.qtbot import QtBot

from napari_fsrcnn.networks.registry import architectures
from napari_fsrcnn.training.config import Loss, TrainingConfig
from napari_fsrcnn.widgets.train_form import BSD100, FOLDER, LAYERS, TrainForm


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


def test_every_field_reaches_the_configuration(form: TrainForm) -> None:
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
    }
    for name, value in values.items():
        form.fields[name].value = value
    assert form.config().model_dump(include=set(values)) == values


def test_every_architecture_and_loss_is_offered(form: TrainForm) -> None:
    assert list(form.fields["arch"].choices) == list(architectures())
    assert list(form.fields["loss"].choices) == list(get_args(Loss))
    assert form.fields["scale"].choices[:3] == (2, 3, 4)


def test_the_data(form: TrainForm, tmp_path: Path) -> None:
    data = {}
    form.fields["folder"].value = tmp_path
    for source in (BSD100, FOLDER, LAYERS):
        form.fields["source"].value = source
        data[source] = form.config().data
    assert data == {BSD100: ("bsd100",), FOLDER: (str(tmp_path),), LAYERS: ()}


def test_only_what_belongs_to_the_data_is_shown(form: TrainForm) -> None:
    shown = {}
    for source in (BSD100, FOLDER, LAYERS):
        form.fields["source"].value = source
        shown[source] = [
            name for name in ("folder", "layers") if form.fields[name].native.isVisibleTo(form)
        ]
    assert shown == {BSD100: [], FOLDER: ["folder"], LAYERS: ["layers"]}


def test_what_is_seldom_changed_is_folded_away(form: TrainForm) -> None:
    def shown() -> set[str]:
        return {name for name, field in form.fields.items() if field.native.isVisibleTo(form)}

    first = shown()
    assert first == {"source", "arch", "scale", "steps", "device"}
    form.fold.click()
    assert shown() - first == {"loss", "patch", "batch", "lr", "seed", "validate_every"}
    form.fold.click()
    assert shown() == first


def test_no_folder_is_refused(form: TrainForm) -> None:
    form.fields["source"].value = FOLDER
    with pytest.raises(ValueError, match="No folder is chosen"):
        form.config()


@pytest.mark.parametrize(("name", "value"), [("patch", 7), ("lr", 0)])
def test_a_value_out_of_its_limits_is_refused(form: TrainForm, name: str, value: float) -> None:
    form.fields[name].value = value
    with pytest.raises(ValidationError, match=name):
        form.config()


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
