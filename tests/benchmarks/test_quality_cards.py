"""Writing a card into a shipped file."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from quality_cards import write_card
from quality_results import Result

from napari_fsrcnn.weights import shipped
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.weights.shipped import list_models, load_model, model_path


def weights_of(path: Path) -> bytes:
    content = path.read_bytes()
    return content[8 + int.from_bytes(content[:8], "little") :]


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped files, elsewhere."""
    folder = tmp_path / "models"
    shutil.copytree(shipped.FOLDER, folder)
    monkeypatch.setattr(shipped, "FOLDER", folder)
    return folder


def result(model: str, scale: int, psnr: float, dataset: str = "Set5") -> Result:
    return Result(
        model, "", "fsrcnn", scale, dataset, 5, psnr, 0.9, 30, 0.8, 1, 1, "", "2026-01-31"
    )


def test_figures_and_terms_come_in_and_the_weights_stay(copies: Path) -> None:
    model = load_model("fsrcnn-x3")
    before = weights_of(copies / "fsrcnn-x3.safetensors")
    write_card(model, [result("fsrcnn-x3", 3, 33.25), result("fsrcnn-x2", 2, 37)])
    assert weights_of(copies / "fsrcnn-x3.safetensors") == before
    card = read_card(model_path("fsrcnn-x3"))
    assert [(each.dataset, each.psnr) for each in card.figures] == [("Set5", 33.25)]
    assert "non-commercial" in card.weights_license
    assert card.training is not None
    for label in card.training.data:
        assert f"{label}: " in card.training_terms
    assert (card.training, card.validation) == (model.card.training, model.card.validation)


@pytest.mark.usefixtures("copies")
def test_what_was_seen_of_set5_is_told_from_the_record() -> None:
    model = load_model("srcnn-915-x3")
    results = [result(model.name, 3, 33, dataset) for dataset in ("Set5", "Set14")]
    write_card(model, results)
    set5, set14 = read_card(model_path(model.name)).figures
    assert "is confirmed on validation pictures" in set5.note
    assert "302003" not in set5.note
    assert set14.note == ""

    assert model.card.training is not None
    with_it = [*model.card.training.train, "BSDS500-train/302003"]
    seen = model.card.training.model_copy(update={"train": with_it})
    card = model.card.model_copy(update={"training": seen})
    write_card(replace(model, card=card), results)
    set5, set14 = read_card(model_path(model.name)).figures
    assert "is confirmed on validation pictures" in set5.note
    assert "BSDS500-train/302003" in set5.note
    assert set14.note == ""


def test_a_card_can_be_written_again(copies: Path) -> None:
    for psnr in (33, 34):
        for name in list_models():
            write_card(load_model(name), [result(name, 2, psnr)])
    assert {
        each.psnr
        for name in list_models()
        for each in read_card(copies / f"{name}.safetensors").figures
    } == {34}
