"""The models that can be ticked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import list_models
from napari_fsrcnn.widgets.model_choices import ModelChoice
from napari_fsrcnn.widgets.model_list import ModelList


@pytest.fixture
def models(qtbot: QtBot) -> ModelList:
    models = ModelList(ticked="fsrcnn-x3")
    qtbot.addWidget(models)
    return models


def labels(models: ModelList) -> list[str]:
    return [choice.label for choice in models.ticked]


def test_every_shipped_model_is_offered_and_one_is_ticked(models: ModelList) -> None:
    offered = [models.item(row).text() for row in range(models.count())]
    assert set(list_models()) <= set(offered)
    assert labels(models) == ["fsrcnn-x3"]
    row = offered.index("fsrcnn-x3")
    assert "fsrcnn x3" in models.item(row).toolTip()


def test_a_click_on_the_box_ticks(models: ModelList) -> None:
    (item,) = models.findItems("fsrcnn-x2", Qt.MatchFlag.MatchExactly)
    item.setCheckState(Qt.CheckState.Checked)
    assert labels(models) == ["fsrcnn-x2", "fsrcnn-x3"]
    assert [choice.scale for choice in models.ticked] == [2, 3]


def test_models_from_files_are_ticked_and_told_apart(
    models: ModelList, make_model: Callable[[int], Model]
) -> None:
    mine = ModelChoice("run/model.safetensors", 4, make_model(4))
    models.add(Path("a/run"), mine)
    models.add(Path("b/run"), replace(mine, scale=2, model=make_model(2)))
    models.add(Path("c/run"), replace(mine, model=make_model(4)))
    assert labels(models) == [
        "fsrcnn-x3",
        "run/model.safetensors x4",
        "run/model.safetensors x2",
        "run/model.safetensors x4 (2)",
    ]
    models.follow_models()
    assert len(labels(models)) == 4


def test_a_file_that_is_loaded_again_replaces_what_was_loaded_before(
    models: ModelList, make_model: Callable[[int], Model]
) -> None:
    before, now = make_model(4), make_model(4)
    mine = ModelChoice("run/model.safetensors", 4, before)
    models.add(Path("a/run"), mine)
    models.add(Path("a/run"), replace(mine, model=now))
    assert labels(models) == ["fsrcnn-x3", "run/model.safetensors x4"]
    assert models.ticked[-1].model is now
