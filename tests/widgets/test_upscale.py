"""The widget *Upscale* in a real viewer."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

import napari_fsrcnn
from napari_fsrcnn.evaluation.consistency import consistency
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets import session_models
from napari_fsrcnn.widgets.upscale import UpscaleWidget

DataFolder = Callable[[str], Path]
GREY = np.random.default_rng(7).integers(0, 256, (40, 50), np.uint8)


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[[], Any]) -> Any:
    return make_napari_viewer_proxy()


@pytest.fixture
def widget(viewer: Any) -> UpscaleWidget:
    """*Upscale* in its dock, as the Plugins menu opens it, set to x3 on the CPU."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", "Upscale")
    widget.form.scale.value = 3
    widget.form.device.value = "cpu"
    return widget


@pytest.fixture
def small_model() -> Model:
    """A network with random weights, for x2."""
    network = get_architecture("fsrcnn-s").build(2)
    card = Card(architecture="fsrcnn-s", hyperparameters=dict(network.hyperparameters), scale=2)
    return Model("small", network, card)


def choices(field: Any) -> tuple[Any, ...]:
    return tuple(field.choices)


def wait_for(widget: UpscaleWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: widget.button.text() == "Upscale", timeout=60_000)
    qtbot.waitUntil(widget.button.isEnabled, timeout=60_000)


def test_the_result_lies_over_its_layer(viewer: Any, widget: UpscaleWidget, qtbot: QtBot) -> None:
    viewer.add_image(GREY[::-1], name="other")
    source = viewer.add_image(GREY, name="cells", scale=(0.5, 0.25), colormap="magenta")
    viewer.add_image(GREY[:, ::-1], name="above")
    viewer.layers.selection.active = source
    widget.button.click()
    assert widget.button.text() == "Stop"
    wait_for(widget, qtbot)
    assert [layer.name for layer in viewer.layers] == [
        "other",
        "cells",
        "cells [fsrcnn-x3]",
        "above",
    ]
    result = viewer.layers["cells [fsrcnn-x3]"]
    np.testing.assert_array_equal(
        result.data, napari_fsrcnn.upscale(GREY, "fsrcnn-x3", device="cpu")
    )
    np.testing.assert_allclose(result.scale, [0.5 / 3, 0.25 / 3])
    assert result.colormap.name == "magenta"
    assert result.metadata["napari-fsrcnn"]["model"] == "fsrcnn-x3"
    assert viewer.layers.selection.active == result
    agreement = consistency(GREY, result.data, 3)
    assert "fsrcnn-x3 on CPU" in widget.status.text()
    assert agreement.sentence("the layer") in widget.status.text()
    assert widget.figures.text() == ""


def test_results_do_not_replace_each_other(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    viewer.add_image(GREY, name="cells")
    for _ in range(2):
        widget.button.click()
        wait_for(widget, qtbot)
    assert len({layer.name for layer in viewer.layers}) == 3
    assert widget.form.layer.value.name == "cells"  # and not the first result


def test_a_layer_removed_meanwhile_leaves_its_result(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    viewer.add_image(GREY, name="other")
    viewer.add_image(GREY, name="cells", translate=(5, 7))
    widget.button.click()
    viewer.layers.remove("cells")
    wait_for(widget, qtbot)
    assert [layer.name for layer in viewer.layers] == ["other", "cells [fsrcnn-x3]"]
    np.testing.assert_allclose(viewer.layers[1].translate, [5 - 1 / 3, 7 - 1 / 3])


def test_a_stack_that_becomes_a_plane_meanwhile_keeps_its_result(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    stack = viewer.add_image(np.stack([GREY, GREY]), name="cells")
    widget.button.click()
    stack.data = GREY
    wait_for(widget, qtbot)
    assert viewer.layers["cells [fsrcnn-x3]"].data.shape == (2, 120, 150)


def test_one_channel_of_several_is_not_added_up_with_its_result(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    _, second = viewer.add_image(np.stack([GREY, GREY]), channel_axis=0)
    widget.form.layer.value = second
    widget.button.click()
    wait_for(widget, qtbot)
    assert viewer.layers[-1].blending == "additive"
    assert [layer.visible for layer in viewer.layers] == [True, False, True]
    assert "The layer below is hidden" in widget.status.text()


def test_figures_against_a_reference(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot, data_folder: DataFolder
) -> None:
    data_folder("BSD100")
    viewer.open_sample("napari-fsrcnn", "bsd100-pair-x3")
    assert widget.form.layer.value.name == "Zebras LR x3"
    (reference,) = (layer for layer in widget.form.reference.choices if layer is not None)
    widget.form.reference.value = reference
    widget.button.click()
    wait_for(widget, qtbot)
    figures = viewer.layers[-1].metadata["napari-fsrcnn"]["figures"]
    text = widget.figures.text()
    for psnr in (figures["psnr"], figures["bicubic_psnr"]):
        assert f"{psnr:.2f} dB" in text
    assert f"{figures['psnr'] - figures['bicubic_psnr']:+.2f} dB" in text
    assert f"{figures['ssim']:.4f}" in text
    assert "data_range 255" in text


def test_figures_go_when_anything_else_starts(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    reference = viewer.add_image(GREY.repeat(3, axis=0).repeat(3, axis=1), name="large")
    viewer.add_image(GREY, name="cells")
    save_all = partial(widget.save_all, tmp_path / "cells.zarr")
    for start in (widget.start, widget.start_self_test, save_all):
        widget.form.reference.value = reference
        widget.start()
        wait_for(widget, qtbot)
        assert "dB" in widget.figures.text()
        widget.form.reference.value = None
        start()
        assert widget.figures.isHidden()
        assert widget.figures.text() == ""
        wait_for(widget, qtbot)


def test_the_finest_level_of_a_multiscale_layer(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    viewer.add_image([GREY, GREY[::2, ::2]], multiscale=True, name="pyramid")
    widget.button.click()
    wait_for(widget, qtbot)
    assert viewer.layers["pyramid [fsrcnn-x3]"].data.shape == (120, 150)


def test_stop_leaves_the_viewer_as_it_was(viewer: Any, widget: UpscaleWidget, qtbot: QtBot) -> None:
    viewer.add_image(np.tile(GREY, (400, 1, 1)), name="stack")
    widget.button.click()
    qtbot.waitUntil(lambda: "Upscaling on" in widget.status.text(), timeout=60_000)
    widget.button.click()
    wait_for(widget, qtbot)
    assert [layer.name for layer in viewer.layers] == ["stack"]
    assert widget.status.text() == "Stopped: nothing was changed."


def test_a_trained_model_can_be_chosen_at_once(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot, small_model: Model
) -> None:
    viewer.add_image(GREY, name="cells")
    model = session_models.add_model(small_model)
    widget.form.scale.value = 2
    (choice,) = (c for c in choices(widget.form.model) if c.model is model)
    assert choice.label == f"{model.name} (just trained)"
    widget.form.model.value = choice
    widget.button.click()
    wait_for(widget, qtbot)
    assert viewer.layers[-1].name == f"cells [{model.name}]"
    assert viewer.layers[-1].data.shape == (80, 100)


def test_a_model_from_a_file(
    viewer: Any, widget: UpscaleWidget, qtbot: QtBot, small_model: Model, tmp_path: Path
) -> None:
    saved = save_checkpoint(tmp_path / "mine.safetensors", small_model)
    viewer.add_image(GREY, name="cells")
    widget.load_file(tmp_path / "mine.safetensors")
    wait_for(widget, qtbot)
    assert widget.form.scale.value == 2
    assert widget.form.model.native.currentText() == f"{tmp_path.name}/mine.safetensors"
    widget.button.click()
    wait_for(widget, qtbot)
    assert viewer.layers[-1].metadata["napari-fsrcnn"]["sha256"] == saved.sha256


def test_a_file_that_is_no_model(widget: UpscaleWidget, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "notes.safetensors").write_text("no model")
    before, choices = len(notification_manager.records), widget.form.model.choices
    widget.load_file(tmp_path / "notes.safetensors")
    wait_for(widget, qtbot)
    (told,) = notification_manager.records[before:]
    assert "is not a checkpoint" in told.message
    assert widget.status.text() == told.message
    assert widget.form.model.choices == choices


def test_only_colour_layers_have_a_choice_of_colour(viewer: Any, widget: UpscaleWidget) -> None:
    viewer.add_image(GREY)
    assert not widget.form.color.enabled
    viewer.add_image(np.dstack([GREY] * 3))
    assert widget.form.color.enabled


def test_the_choices_follow_the_layers(viewer: Any, widget: UpscaleWidget) -> None:
    first = viewer.add_image(GREY, name="first")
    viewer.add_labels(GREY, name="no image")
    second = viewer.add_image(GREY, name="second")
    assert widget.form.layer.choices == (first, second)
    assert widget.form.layer.value == second
    assert widget.form.reference.choices == (None, first)
    first.name = "renamed"
    assert widget.form.reference.native.itemText(1) == "renamed"
    widget.form.reference.value = first
    viewer.layers.selection.active = first  # to look at the reference must not swap the two
    assert (widget.form.layer.value, widget.form.reference.value) == (second, first)
    viewer.layers.remove(first)
    assert widget.form.reference.value is None


class Refused:
    """What a viewer holds when Upscale must say no."""

    @staticmethod
    def nothing(viewer: Any) -> str:
        del viewer
        return "No image layer is selected"

    @staticmethod
    def points(viewer: Any) -> str:
        viewer.add_points([[1, 2]])
        return "No image layer is selected"

    @staticmethod
    def not_a_number(viewer: Any) -> str:
        viewer.add_image(np.where(GREY > 9, GREY, np.nan))
        return "NaN or infinity"


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("fill", [Refused.nothing, Refused.points, Refused.not_a_number])
def test_bad_input_is_one_sentence(
    fill: Callable[[Any], str], viewer: Any, widget: UpscaleWidget, qtbot: QtBot
) -> None:
    sentence = fill(viewer)
    layers, before = list(viewer.layers), len(notification_manager.records)
    widget.button.click()
    wait_for(widget, qtbot)
    (told,) = notification_manager.records[before:]
    assert sentence in told.message
    assert widget.status.text() == told.message
    assert list(viewer.layers) == layers


def test_a_reference_of_another_kind(viewer: Any, widget: UpscaleWidget, qtbot: QtBot) -> None:
    small = viewer.add_image(GREY, name="small")
    colour = viewer.add_image(np.dstack([GREY] * 3), name="colour")
    same = viewer.add_image(GREY, name="same size")
    for reference, sentence in ((colour, "only one is colour"), (same, "must have 120 x 150")):
        widget.form.layer.value = small
        widget.form.reference.value = reference
        widget.button.click()
        wait_for(widget, qtbot)
        assert sentence in notification_manager.records[-1].message
    assert len(viewer.layers) == 3
