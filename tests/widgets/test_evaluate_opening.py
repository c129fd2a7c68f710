"""Rows of the widget *Evaluate* that are opened as layers, in a real viewer."""

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from tests.widgets.conftest import last_notification, run_evaluation

from napari_fsrcnn.evaluation.figures import ModelScore
from napari_fsrcnn.widgets.evaluate import EvaluateWidget


def test_a_single_picture_opens_over_its_layer(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, discs: np.ndarray, qtbot: QtBot
) -> None:
    layer = viewer_with_discs.add_image(discs[0], name="one", translate=(7, 9))
    viewer_with_discs.layers.selection = {layer}
    evaluate_widget.form.models.tick("fsrcnn-x2")
    run_evaluation(evaluate_widget, qtbot)
    (score,) = evaluate_widget.table.scores
    assert score.image.name == "one"
    evaluate_widget.open(score)
    qtbot.waitUntil(lambda: "x2 one: HR" in viewer_with_discs.layers, timeout=30_000)
    np.testing.assert_allclose(viewer_with_discs.layers["x2 one: HR"].affine.translate, (7, 9))


def test_a_plane_opens_over_its_stack_where_a_layer_is_called_like_the_plane(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, discs: np.ndarray, qtbot: QtBot
) -> None:
    viewer_with_discs.layers["discs"].translate = (0, 7, 9)
    viewer_with_discs.add_image(discs[3], name="discs/0")
    viewer_with_discs.layers.select_all()
    evaluate_widget.form.models.tick("fsrcnn-x2")
    run_evaluation(evaluate_widget, qtbot)
    evaluate_widget.open(evaluate_widget.table.scores[0])
    qtbot.waitUntil(lambda: "x2 discs/0: HR" in viewer_with_discs.layers, timeout=30_000)
    opened = viewer_with_discs.layers["x2 discs/0: HR"]
    np.testing.assert_allclose(opened.data, discs[0] / 255, atol=1e-6)
    np.testing.assert_allclose(opened.affine.translate, (7, 9))


@pytest.mark.parametrize("how", ["double click", "button"])
def test_a_row_opens_its_layers(
    viewer_with_discs: Any,
    evaluate_widget: EvaluateWidget,
    discs: np.ndarray,
    how: str,
    qtbot: QtBot,
) -> None:
    run_evaluation(evaluate_widget, qtbot)
    row = 8  # fsrcnn-x3 on the third plane
    if how == "button":
        assert not evaluate_widget.open_button.isEnabled()
        evaluate_widget.table.rows.selectRow(row)
        evaluate_widget.open_button.click()
    else:
        evaluate_widget.table.rows.doubleClicked.emit(
            evaluate_widget.table.rows.model().index(row, 0)
        )
    qtbot.waitUntil(lambda: len(viewer_with_discs.layers) == 6, timeout=30_000)
    kinds = ["HR", "LR", "bicubic", "fsrcnn-x3", "fsrcnn-x3 error"]
    opened = [viewer_with_discs.layers[f"x3 discs/2: {kind}"] for kind in kinds]
    assert [layer.data.shape for layer in opened] == [(63, 63), (21, 21), *[(63, 63)] * 3]
    np.testing.assert_allclose(opened[0].data, discs[2, :63, :63] / 255, atol=1e-6)
    error = opened[-1].data[3:-3, 3:-3]
    psnr = evaluate_widget.table.scores[row].image.psnr
    assert -10 * np.log10(np.mean(error**2)) == pytest.approx(psnr, abs=1e-3)


def test_one_row_is_opened_at_a_time_and_the_line_says_so(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, qtbot: QtBot
) -> None:
    run_evaluation(evaluate_widget, qtbot)
    summary = evaluate_widget.status.text()
    first, second, *_ = evaluate_widget.table.scores
    evaluate_widget.table.rows.selectRow(0)
    evaluate_widget.open(first)
    evaluate_widget.open(second)
    assert evaluate_widget.status.text() == f"Opening {first.image.name}..."
    assert not evaluate_widget.open_button.isEnabled()
    qtbot.waitUntil(evaluate_widget.open_button.isEnabled, timeout=30_000)
    assert evaluate_widget.status.text() == summary
    opened = [layer.name for layer in viewer_with_discs.layers[1:]]
    assert len(opened) == 5
    assert all(name.startswith("x2 discs/0: ") for name in opened)


def test_a_picture_that_is_gone(evaluate_widget: EvaluateWidget, qtbot: QtBot) -> None:
    run_evaluation(evaluate_widget, qtbot)
    (score, *_) = evaluate_widget.table.scores
    gone = ModelScore(score.model, 2, score.image.model_copy(update={"name": "discs/99"}))
    evaluate_widget.open(gone)
    qtbot.waitUntil(lambda: "discs/99 is no longer there" in last_notification(), timeout=30_000)
    assert "discs/99 is no longer there" in evaluate_widget.status.text()
    evaluate_widget.table.rows.selectRow(0)
    qtbot.waitUntil(evaluate_widget.open_button.isEnabled, timeout=30_000)
    evaluate_widget.open(score)  # what was wrong before is forgotten
    qtbot.waitUntil(evaluate_widget.open_button.isEnabled, timeout=30_000)
    assert evaluate_widget.status.text().startswith("12 rows on CPU")


def test_an_opening_ends_where_another_evaluation_begins(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, qtbot: QtBot
) -> None:
    run_evaluation(evaluate_widget, qtbot)
    evaluate_widget.open(evaluate_widget.table.scores[0])
    run_evaluation(evaluate_widget, qtbot)
    evaluate_widget.table.rows.selectRow(0)
    qtbot.waitUntil(evaluate_widget.open_button.isEnabled, timeout=30_000)
    assert [layer.name for layer in viewer_with_discs.layers] == ["discs"]


def test_an_opening_ends_with_the_widget(
    viewer_with_discs: Any, evaluate_widget: EvaluateWidget, qtbot: QtBot
) -> None:
    run_evaluation(evaluate_widget, qtbot)
    evaluate_widget.table.rows.selectRow(0)
    evaluate_widget.open(evaluate_widget.table.scores[0])
    evaluate_widget.stop()
    qtbot.waitUntil(evaluate_widget.open_button.isEnabled, timeout=30_000)
    assert [layer.name for layer in viewer_with_discs.layers] == ["discs"]
    assert evaluate_widget.status.text().startswith("12 rows on CPU")
