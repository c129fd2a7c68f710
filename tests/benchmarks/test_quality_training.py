"""Commands from training records, and the checksums of image sets."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from image_sets import TRAINING_SETS, ImageSet
from quality_page import seen
from quality_training import command, commands, left_out
from typer.main import get_group

from napari_fsrcnn.cli.app import app
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.model import Model

RECORDED = {"arch", "scale"} | (
    TrainingConfig.model_fields.keys() - {"data", "out", "run", "device", "stop_after"}
)


def record(config: dict[str, Any], start: TrainingRecord | None = None) -> TrainingRecord:
    return TrainingRecord(
        data=["T91", "my pictures"],
        train=[],
        validation=[],
        config=config,
        step=config.get("steps", 1),
        seconds=1,
        versions={},
        date="2026-01-31",
        start=start,
    )


def trained(model: Model, record: TrainingRecord) -> Model:
    return Model("mine", model.network, model.card.model_copy(update={"training": record}))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 1e-3, "levels": False, "compile": True, "optimizer": "adam", "width": 256},
        {"rescale": (0.9, 0.6), "start": Path("x3.safetensors"), "learn": "last", "patience": 3},
        {"arch": "fsrcnn-s", "teacher": Path("fsrcnn-x4.safetensors")},
    ],
)
def test_a_command_trains_again_as_the_record_tells(
    settings: dict[str, Any],
) -> None:
    asked = TrainingConfig(
        data=("T91", "my pictures"), scale=4, out=Path("mine.safetensors"), **settings
    )
    config = asked.model_dump(mode="json", include=RECORDED)
    words = shlex.split(command("mine", record(config)))
    assert words[:2] == ["napari-fsrcnn", "train"]
    group = get_group(app)
    with group.make_context("napari-fsrcnn", words[1:]) as context:
        train = group.commands["train"]
        with train.make_context("train", words[2:], parent=context) as parsed:
            given = {name: value for name, value in parsed.params.items() if value}
            off = {name: value for name, value in parsed.params.items() if value is False}
    assert TrainingConfig(**given | off) == asked


def test_a_training_that_was_stopped_is_repeated_as_far_as_it_came() -> None:
    config = TrainingConfig(data=("T91",), steps=300).model_dump(mode="json", include=RECORDED)
    stopped = record(config).model_copy(update={"step": 250})
    assert command("mine", stopped).endswith(" --steps 300 --stop-after 250 --out mine.safetensors")


def test_what_a_model_started_from_is_told_before_it_and_once(
    make_model: Callable[[int], Model],
) -> None:
    def config(**settings: Any) -> dict[str, Any]:
        return TrainingConfig(**settings).model_dump(mode="json", include=RECORDED)

    first = record(config(scale=3, steps=7))
    models = [
        trained(make_model(scale), record(config(scale=scale, start="first.safetensors"), first))
        for scale in (2, 4)
    ]
    fence, begun, *after, _ = commands(models)
    assert (fence, "--steps 7" in begun, begun.split()[-1]) == ("```sh", True, "first.safetensors")
    assert [line.count("--start first.safetensors") for line in after] == [1, 1]


def test_what_an_old_record_does_not_tell_is_said(make_model: Callable[[int], Model]) -> None:
    everything = TrainingConfig(scale=2).model_dump(mode="json", include=RECORDED)
    whole = trained(make_model(2), record(everything))
    part = trained(
        make_model(2), record({k: everything[k] for k in everything if k != "optimizer"})
    )
    assert commands([whole])[-1] == "```"
    assert "did not record optimizer" in commands([part])[-1]


def test_pictures_of_a_set_that_were_left_out_are_listed(
    make_model: Callable[[int], Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", str(tmp_path))
    (tmp_path / "T91").mkdir()
    for name in ("t1.png", "t2.png", "t3.png"):
        (tmp_path / "T91" / name).touch()
    config = {**TrainingConfig(scale=2).model_dump(mode="json", include=RECORDED)}
    all_of_it = record(config).model_copy(
        update={"data": ["T91"], "train": ["T91/t1", "T91/t2"], "validation": ["T91/t3"]}
    )
    less = all_of_it.model_copy(
        update={
            "train": ["T91/t1"],
            "config": {**config, "start": "first.safetensors"},
            "start": all_of_it,
        }
    )
    assert left_out([trained(make_model(2), all_of_it)]) == []
    assert left_out([trained(make_model(2), less)]) == ["- T91/t2: mine"]


def test_models_that_know_a_test_picture_are_named(make_model: Callable[[int], Model]) -> None:
    clean = trained(make_model(2), record({}))
    knows = record({}).model_copy(update={"validation": ["BSDS500-train/302003"]})
    assert "302003" not in seen([clean])
    assert "no new picture to mine: it shows BSDS500-train/302003" in seen(
        [clean, trained(make_model(2), knows)]
    )


def test_a_checksum_is_that_of_the_command_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", str(tmp_path))
    (tmp_path / "mine").mkdir()
    for name in ("b.png", "B.png", "a10.png", "a 2.png"):
        (tmp_path / "mine" / name).write_text(name, encoding="utf-8")
    shell = r"find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    printed = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path / "mine", capture_output=True, text=True, check=True
    )
    page = Path(__file__).parents[2] / "docs/results.md"
    assert shell in page.read_text(encoding="utf-8")
    assert ImageSet("mine", "", "").checksum() == printed.stdout.split()[0]


def test_every_training_set_is_known_by_its_folder_s_name() -> None:
    for name, each in TRAINING_SETS.items():
        assert each.name == name
        assert each.address.startswith("http")
        assert each.terms
