"""Which models the form of *Upscale* offers and chooses, and what it tells of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from napari_fsrcnn.weights.card_text import short_card
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets import session_models
from napari_fsrcnn.widgets.model_choices import ModelChoice
from napari_fsrcnn.widgets.upscale_form import MODEL_TOOLTIP, UpscaleForm


def in_one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def test_the_tooltip_tells_of_the_model_that_is_chosen(
    qtbot: QtBot, make_model: Callable[[int], Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_models, "_models", [make_model(2)])
    form = UpscaleForm(ViewerModel())
    qtbot.addWidget(form)
    for scale in (4, 2):
        form.scale.value = scale
        card = form.model.value.card
        assert card.scale == scale
        assert in_one_line(form.model.tooltip) == in_one_line(f"{MODEL_TOOLTIP} {short_card(card)}")
    form.model.value = form.model.choices[-1]
    shown = form.model.native.toolTip()
    assert shown.startswith(MODEL_TOOLTIP)
    assert "\nfsrcnn x2\n" in shown
    assert max(map(len, shown.splitlines())) <= 72


def test_another_scale_keeps_the_kind_of_model_that_is_chosen(
    qtbot: QtBot, make_model: Callable[[int], Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = [replace(make_model(scale), name=f"mine-x{scale}") for scale in (3, 4, 8)]
    monkeypatch.setattr(session_models, "_models", mine)
    form = UpscaleForm(ViewerModel())
    qtbot.addWidget(form)
    form.scale.value = 3
    for chosen in form.model.choices:
        form.model.value = chosen
        form.scale.value = 4
        assert form.model.value.label == chosen.label.replace("x3", "x4")
        form.scale.value = 3
        assert form.model.value == chosen
    form.model.value = form.model.choices[0]
    form.scale.value = 8
    assert form.model.value.label == "mine-x8 (just trained)"  # the only one


def test_files_of_one_name_are_numbered_and_one_that_is_loaded_again_is_replaced(
    qtbot: QtBot, make_model: Callable[[int], Model]
) -> None:
    form = UpscaleForm(ViewerModel())
    qtbot.addWidget(form)
    models = {}
    for path in ("a/run", "b/run", "a/run"):
        models[path] = make_model(2)
        form.add_model(Path(path), ModelChoice("run/model.safetensors", 2, models[path]))
        assert form.model.value.model is models[path]
    first, second = form.model.choices[-2:]
    assert (first.label, second.label) == ("run/model.safetensors", "run/model.safetensors (2)")
    assert first.model is models["a/run"]
    assert second.model is models["b/run"]
