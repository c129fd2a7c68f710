"""How each shipped model was trained, from the record in its file, as Markdown."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from image_sets import TEST_SETS, TRAINING_SETS, ImageSet
from quality_tables import Table, line, table

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.card_text import in_words
from napari_fsrcnn.weights.model import Model

LOOKED_AT = (
    "How widely contrast is varied in training was first decided by a test on Set5, and is confirmed "
    "on validation pictures (benchmarks/contrast.py)."
)

WOMAN = "BSDS500-train/302003"
"""The picture whose middle, shrunk, is Set5's ``img_005`` (``benchmarks/overlap.py``)."""

# What a record leaves out: it has no part in the result, or is told by the record itself.
_UNRECORDED = {"data", "out", "run", "device", "stop_after"}


def training(models: Sequence[Model]) -> Table:
    """Tell data, steps, time, machine, and the choice on validation pictures."""
    columns = [
        "model",
        "data",
        "pictures",
        "machine",
        "date",
        "torch",
        "steps",
        "time",
        "chosen by",
    ]
    rows: dict[str, str] = {}
    for model in models:
        validation = model.card.validation
        chosen = "" if validation is None else f"{validation.psnr:.2f} dB at {validation.step:,}"
        # What a model started from comes before it, and once.
        for name, record in history(model):
            seen = f"{len(record.train)} + {len(record.validation)}"
            when = [record.machine, record.date, record.versions.get("torch", "")]
            last = chosen if name == model.name else ""
            steps = [f"{record.step:,}", in_words(record.seconds), last]
            row = line([name, ", ".join(record.data), seen, *when, *steps])
            if name == model.name or name not in rows:
                rows[name] = row
    return [*table(columns, texts=6), *rows.values()]


def left_out(models: Sequence[Model]) -> Table:
    """List the pictures of a set that a training on it has not had, and by which trainings."""
    without: dict[str, dict[str, None]] = {}
    for model in models:
        for name, record in history(model):
            there = {each for label in record.data for each in known(label).pictures()}
            for missing in there - {*record.train, *record.validation}:
                without.setdefault(missing, {})[name] = None
    return [f"- {missing}: {', '.join(names)}" for missing, names in sorted(without.items())]


def commands(models: Sequence[Model]) -> Table:
    """Give the commands that repeat the trainings."""
    lines = dict.fromkeys(
        command(name, record) for model in models for name, record in history(model)
    )
    return ["```sh", *lines, "```", *_unrecorded(models)]


def history(model: Model) -> list[tuple[str, TrainingRecord]]:
    """List the trainings that led to a model, the earliest first, by the names of their files."""
    name, record = model.name, record_of(model)
    trainings = [(name, record)]
    while record.start is not None:
        name, record = Path(record.config["start"]).stem, record.start
        trainings.insert(0, (name, record))
    return trainings


def command(name: str, record: TrainingRecord) -> str:
    """Write a training record as a command: the settings that are not the default's."""
    words = ["napari-fsrcnn", "train"]
    for label in record.data:
        words += ["--data", label]
    # Every command names its network, the default one too.
    words += ["--arch", record.config["arch"], "--scale", str(record.config["scale"])]
    defaults = TrainingConfig().model_dump(mode="json")
    for field, value in record.config.items():
        if field not in {"arch", "scale", "hyperparameters"} and value != defaults.get(field):
            words += _option(field, value)
    if record.step < record.config["steps"]:  # it was stopped, and is repeated as far as that
        words += ["--stop-after", str(record.step)]
    return shlex.join([*words, "--out", f"{name}.safetensors"])


def image_sets(models: Sequence[Model]) -> Table:
    """Tell where the pictures of training and tests come from, and which files they are."""
    used = {label for model in models for label in record_of(model).data}
    rows = [(known(label), "training") for label in sorted(used)]
    rows += [(each, "test") for each in TEST_SETS]
    lines = table(["set", "for", "address", "terms", "SHA-256"], texts=5)
    for each, purpose in rows:
        lines.append(line([each.name, purpose, each.address, each.terms, f"`{each.checksum()}`"]))
    return lines


def known(label: str) -> ImageSet:
    """Look a training set up."""
    if label not in TRAINING_SETS:
        raise SystemExit(
            f"Of the training set {label} neither address nor terms are known: tell them in "
            f"benchmarks/image_sets.py."
        )
    return TRAINING_SETS[label]


def record_of(model: Model) -> TrainingRecord:
    """Give the record of a model that was trained here."""
    if model.card.training is None:
        raise SystemExit(f"{model.name} has no training record, so it can't be shipped.")
    return model.card.training


def _option(name: str, value: object) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [option if value else option.replace("--", "--no-", 1)]
    if isinstance(value, list):
        return [word for each in value for word in (option, str(each))]
    return [] if value is None else [option, str(value)]


def _unrecorded(models: Sequence[Model]) -> Iterator[str]:
    # A record leaves out what is off by default where the version that wrote it did not know it,
    # and the margin where there was none.
    known = {name for name, info in TrainingConfig.model_fields.items() if info.default is not None}
    fields = known - _UNRECORDED - {"margin"}
    trainings = {name: record for model in models for name, record in history(model)}
    for name, record in trainings.items():
        # Without ReLU there is nothing that leaks.
        without_part = set() if record.config["arch"].startswith("srcnn") else {"leak"}
        if missing := sorted(fields - without_part - record.config.keys()):
            yield ""
            yield (
                f"`{name}` was trained by a version that did not record "
                f"{', '.join(missing)}: the command is not complete."
            )
        if hyperparameters := record.config.get("hyperparameters"):
            yield ""
            yield f"`{name}` has the hyper-parameters {hyperparameters}."
