"""The published results are those of the shipped files, and the same everywhere they are told."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from authors_weights import KNOWN, TOLERANCE
from quality_models import OURS, SCALES, shipped
from quality_results import Result
from quality_tables import AIM, AT_LEAST, beside, figures, readme
from quality_training import commands, training

from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.weights.shipped import list_models, model_path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/results.md").read_text(encoding="utf-8").splitlines()


def read_results() -> list[Result]:
    kinds = {"int": int, "float": float, "str": str}
    kind_of = {field.name: kinds[str(field.type)] for field in fields(Result)}
    with (ROOT / "docs/results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Result(**{name: kind_of[name](text) for name, text in row.items()}) for row in rows]


RESULTS = read_results()


def test_they_are_of_the_shipped_weights() -> None:
    measured = {each.model: each.weights_sha256 for each in RESULTS if each.by == OURS}
    assert measured == {each.name: each.checksum for each in shipped()}


def test_the_page_and_the_readme_have_what_the_figures_and_the_records_tell() -> None:
    asked = (beside(targets, RESULTS) for targets in (AT_LEAST, AIM))
    for table in (*(figures(RESULTS, scale) for scale in SCALES), *asked):
        assert "\n".join(table) in "\n".join(PAGE)
    models = [each.model for each in shipped() if each.model is not None]
    for lines in (training(models), commands(models)):
        assert "\n".join(lines) in "\n".join(PAGE)
    assert "\n".join(readme(RESULTS)) in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list_models())
def test_a_model_s_own_card_has_them(name: str) -> None:
    published = {
        each.dataset: (each.pictures, each.psnr, each.ssim, each.bicubic_psnr, each.bicubic_ssim)
        for each in RESULTS
        if each.model == name and each.by == OURS
    }
    card = read_card(model_path(name))
    assert published.keys() == {"Set5", "Set14", "BSD100"}
    assert published == {
        each.dataset: (each.pictures, each.psnr, each.ssim, each.bicubic_psnr, each.bicubic_ssim)
        for each in card.figures
    }
    assert card.training is not None
    woman = "BSDS500-train/302003" in card.training.learnt
    assert [("302003" in each.note, bool(each.note)) for each in card.figures] == [
        (woman, True),
        (False, False),
        (False, False),
    ]
    assert card.intended_use
    assert card.limits
    assert card.weights_license
    assert card.training_terms


@pytest.mark.parametrize("name", list_models())
def test_evaluate_gives_them(name: str, data_folder: Callable[[str], Path]) -> None:
    (published,) = (each for each in RESULTS if (each.model, each.dataset) == (name, "Set5"))
    measured = evaluate(name, data_folder("Set5"), published.scale, device="cpu")
    assert published.psnr == pytest.approx(measured.psnr, abs=2e-3)
    assert published.ssim == pytest.approx(measured.ssim, abs=5e-5)
    assert published.bicubic_psnr == pytest.approx(measured.bicubic_psnr, abs=1e-3)


def test_the_weights_of_others_have_the_figures_that_are_known_for_them() -> None:
    published = {
        (each.model, each.dataset): each.psnr
        for each in RESULTS
        if each.by == "the papers' authors"
    }
    known = {
        (Path(pattern.format(scale)).stem, name): psnr
        for pattern, sets in KNOWN.items()
        for name, known_psnr in sets.items()
        for scale, psnr in zip(SCALES, known_psnr, strict=True)
    }
    assert published == pytest.approx(known, abs=TOLERANCE)
    # Measured for these files independently of this project.
    others = {
        ("yjn870", "fsrcnn"): (37.110, 32.585, 30.502),
        ("OpenCV", "fsrcnn"): (34.83, 30.55, 28.37),
    }
    for (by, architecture), psnr in others.items():
        for scale, expected in zip(SCALES, psnr, strict=True):
            (found,) = (
                each.psnr
                for each in RESULTS
                if (each.by, each.architecture, each.scale, each.dataset)
                == (by, architecture, scale, "Set5")
            )
            assert found == pytest.approx(expected, abs=TOLERANCE)
