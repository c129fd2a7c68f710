"""The widget *Evaluate* in a real viewer."""

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from tests.widgets.conftest import last_notification, run_evaluation

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.evaluate import EvaluateWidget
from napari_fsrcnn.widgets.evaluate_form import FOLDER
from napari_fsrcnn.widgets.evaluating import BSD100
from napari_fsrcnn.widgets.session_models import add_model

DataFolder = Callable[[str], Path]


def figures(widget: EvaluateWidget, model: str) -> list[float]:
    return [score.image.psnr for score in widget.table.scores if score.model == model]


def shows_mean(widget: EvaluateWidget, row: int, psnr: str) -> bool:
    return widget.table.means.model().index(row, 2).data() == psnr


def test_layers(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, discs: np.ndarray, qtbot: QtBot
) -> None:
    colour = np.dstack([discs[0], discs[1], discs[2]])
    viewer_with_discs.add_image(colour, name="colour")
    viewer_with_discs.layers.selection = set(viewer_with_discs.layers)
    run_evaluation(evaluate_widget, qtbot)
    assert evaluate_widget.status.text().startswith("14 rows on CPU")
    pairs = [Pair(f"discs/{n}", plane, None, rgb=False) for n, plane in enumerate(discs)]
    pairs.append(Pair("colour/0", colour, None, rgb=True))
    for scale in (2, 3):
        alone = evaluate(f"fsrcnn-x{scale}", pairs, scale, device="cpu")
        assert figures(evaluate_widget, alone.model) == [image.psnr for image in alone.images]
        # Shown a moment after the last row.
        qtbot.waitUntil(partial(shows_mean, evaluate_widget, scale - 2, f"{alone.psnr:.2f}"))


def test_a_layer_that_the_models_have_seen_is_left_out(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, data_folder: DataFolder, qtbot: QtBot
) -> None:
    viewer_with_discs.open(data_folder("T91") / "t1.png", plugin="napari")
    viewer_with_discs.layers.selection = set(viewer_with_discs.layers)
    run_evaluation(evaluate_widget, qtbot)
    assert {score.image.name.partition("/")[0] for score in evaluate_widget.table.scores} == {
        "discs"
    }
    assert evaluate_widget.status.text().endswith("a model was trained or chosen on them: 2.")


def test_a_layer_that_is_no_image_is_named_and_the_others_are_measured(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, qtbot: QtBot
) -> None:
    viewer_with_discs.add_labels(np.ones((8, 8), int), name="masks")
    viewer_with_discs.layers.selection = set(viewer_with_discs.layers)
    run_evaluation(evaluate_widget, qtbot)
    first, count, sentence = evaluate_widget.status.text().splitlines()
    assert first.startswith("12 rows on CPU")
    assert count == "Left out, because they can't be measured: 1."
    assert sentence == "masks is left out: it is not an image."
    assert last_notification() == f"{count}\n{sentence}"


def test_a_folder_and_a_model_from_a_file(
    evaluate_widget: EvaluateWidget,
    discs: np.ndarray,
    make_model: Callable[..., Model],
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    imageio.imwrite(pictures / "one.png", discs[0])
    save_checkpoint(tmp_path / "mine.safetensors", make_model(2))
    evaluate_widget.form.models.tick()
    with qtbot.waitSignal(evaluate_widget.form.browse.loaded, timeout=30_000):
        evaluate_widget.form.browse.load(tmp_path / "mine.safetensors")
    evaluate_widget.form.source.value = FOLDER
    evaluate_widget.form.folder.value = pictures
    run_evaluation(evaluate_widget, qtbot)
    (score,) = evaluate_widget.table.scores
    assert score.model == f"{tmp_path.name}/mine.safetensors x2"
    assert score.image.name == "pictures/one"


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_measured(
    evaluate_widget: EvaluateWidget, discs: np.ndarray, tmp_path: Path, qtbot: QtBot
) -> None:
    imageio.imwrite(tmp_path / "whole.png", discs[0])
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:99])
    evaluate_widget.form.source.value = FOLDER
    evaluate_widget.form.folder.value = tmp_path
    run_evaluation(evaluate_widget, qtbot)
    assert [score.image.name for score in evaluate_widget.table.scores] == [
        f"{tmp_path.name}/whole"
    ] * 2
    first, count, sentence = evaluate_widget.status.text().splitlines()
    assert first.startswith("2 rows on CPU")
    assert count == "Left out, because they can't be measured: 1."
    assert sentence.startswith(f"{tmp_path.name}/cut is left out: ")
    assert last_notification() == f"{count}\n{sentence}"


def test_a_picture_that_is_too_small_at_several_scales_is_told_once_and_all_in_the_tooltip(
    evaluate_widget: EvaluateWidget, discs: np.ndarray, tmp_path: Path, qtbot: QtBot
) -> None:
    imageio.imwrite(tmp_path / "whole.png", discs[0])
    for n, size in enumerate([12] * 6 + [17]):
        imageio.imwrite(tmp_path / f"tiny_{n}.png", discs[0, :size, :size])
    evaluate_widget.form.source.value = FOLDER
    evaluate_widget.form.folder.value = tmp_path
    run_evaluation(evaluate_widget, qtbot)
    lines = evaluate_widget.status.text().splitlines()
    assert lines[1] == "Left out, because they can't be measured: 7."
    assert len(lines) == 2 + 5 + 1
    told = evaluate_widget.status.toolTip().splitlines()
    assert [line.split()[0] for line in told] == [f"{tmp_path.name}/tiny_{n}" for n in range(7)]
    assert "at x2" in told[0]
    assert "at x3" in told[6]
    run_evaluation(evaluate_widget, qtbot)
    assert len(evaluate_widget.status.toolTip().splitlines()) == 7


def test_a_file_that_is_no_model(
    evaluate_widget: EvaluateWidget, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "notes.safetensors").write_text("no model")
    offered = evaluate_widget.form.models.count()
    with qtbot.waitSignal(evaluate_widget.form.browse.failed, timeout=30_000):
        evaluate_widget.form.browse.load(tmp_path / "notes.safetensors")
    assert "is not a checkpoint" in last_notification()
    assert evaluate_widget.form.models.count() == offered
    assert evaluate_widget.form.browse.isEnabled()


def test_a_model_just_trained_is_offered(
    evaluate_widget: EvaluateWidget, make_model: Callable[..., Model]
) -> None:
    model = add_model(make_model(3))
    evaluate_widget.form.models.tick(f"{model.name} (just trained) x3")
    assert [choice.model for choice in evaluate_widget.form.models.ticked] == [model]


def test_bsd100_until_it_is_stopped(
    evaluate_widget: EvaluateWidget,
    data_folder: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", str(data_folder("BSD100").parent))
    evaluate_widget.form.source.value = BSD100
    evaluate_widget.button.click()
    qtbot.waitUntil(lambda: len(evaluate_widget.table.scores) >= 3, timeout=60_000)
    evaluate_widget.button.click()
    qtbot.waitUntil(lambda: not evaluate_widget.running, timeout=20_000)
    assert evaluate_widget.status.text() == "Stopped: what was measured stays."
    measured = [score.image.name for score in evaluate_widget.table.scores]
    assert 3 <= len(measured) < 200
    assert measured[:2] == ["bsd100/img_001", "bsd100/img_002"]


def test_the_table_as_a_file(evaluate_widget: EvaluateWidget, tmp_path: Path, qtbot: QtBot) -> None:
    assert not evaluate_widget.save_button.isEnabled()
    run_evaluation(evaluate_widget, qtbot)
    evaluate_widget.save(tmp_path / "table.csv")
    assert "table.csv" in evaluate_widget.status.text()
    with (tmp_path / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["psnr"]) for row in rows[:12]] == [
        score.image.psnr for score in evaluate_widget.table.scores
    ]
    assert [row["picture"] for row in rows[12:]] == ["mean", "mean"]
    evaluate_widget.save(tmp_path / "nowhere" / "table.csv")
    assert "nowhere does not exist" in last_notification()
