from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.run_folder import describe


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 1},
        {"scale": 9},
        {"steps": 0},
        {"batch": 0},
        {"patch": 7},
        {"margin": -1},
        {"lr": 0.0},
        {"lr": float("nan")},
        {"seed": -1},
        {"loss": "l3"},
        {"no_such_field": 1},
    ],
)
def test_values_out_of_limits_are_refused_in_one_line_that_names_the_field(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError) as refused:
        TrainingConfig(**wrong)
    (field,) = wrong
    sentence = describe(refused.value)
    assert sentence.startswith(field)
    assert "\n" not in sentence


def test_run_lies_beside_out_unless_it_is_given(tmp_path: Path) -> None:
    assert TrainingConfig(out=tmp_path / "a.safetensors").run_folder == tmp_path / "a-run"
    assert TrainingConfig(out=tmp_path / "a", run=tmp_path / "b").run_folder == tmp_path / "b"
    assert TrainingConfig().run_folder is None


@pytest.mark.parametrize("change", [{"rescale": (0.9,)}, {"blur": 1.0}, {"noise": 2.0}])
def test_what_changes_hr_is_refused_beside_ready_made_lr(change: dict[str, Any]) -> None:
    (field,) = change
    with pytest.raises(ValueError, match=rf"BSD-100 comes with its own LR, so .*{field}\)? can't"):
        TrainingConfig(data=("bsd100",), **change)
    assert TrainingConfig(data=("folder",), **change).data == ("folder",)


@pytest.mark.parametrize(
    ("together", "reason"),
    [
        ({"patch": 12, "margin": 6}, "a margin of 6 leaves nothing of a patch of 12"),
        ({"learn": "last"}, "give one as start"),
        ({"learn": "last", "start": "a.safetensors", "last_lr": 0}, "trains nothing"),
        ({"loss": "mse-perceptual", "patience": 3}, "patience waits for a higher PSNR"),
        ({"loss": "mse-perceptual", "vgg_layer": "relu6_1"}, "VGG-16 has no layer 'relu6_1'"),
        ({"loss": "mse-perceptual", "vgg": "vgg16", "vgg_layer": "relu3_4"}, "VGG-16 has no layer"),
    ],
)
def test_fields_that_do_not_go_together_are_refused(together: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TrainingConfig(**together)
    sentence = describe(refused.value)
    assert reason in sentence
    assert not sentence.endswith(".")


def test_a_layer_of_vgg_is_looked_up_in_the_vgg_that_is_chosen() -> None:
    config = TrainingConfig(loss="mse-perceptual", vgg="vgg19", vgg_layer="relu3_4")
    assert config.vgg_layer == "relu3_4"
