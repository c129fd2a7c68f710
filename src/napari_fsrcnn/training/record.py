"""A model that carries the record of how it was trained."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from napari_fsrcnn.networks.device import describe_device
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import TrainingData
from napari_fsrcnn.training.state import TrainingState
from napari_fsrcnn.training.teacher import fingerprints_seen, pictures_only_taught
from napari_fsrcnn.weights.card import Card, TrainingRecord, Validation
from napari_fsrcnn.weights.model import Model

# Where a run lies and when it pauses has no part in its result, and paths are nobody's business.
_LEFT_OUT = {"data", "out", "run", "device", "stop_after"}
# Of these the file's name is told.
_FILES = ("start", "teacher", "vgg_file")


def trained_model(
    config: TrainingConfig,
    state: TrainingState,
    data: TrainingData,
    bicubic_psnr: float,
    teacher: Model | None = None,
) -> Model:
    """Take the best network so far as a model, with its training record."""
    best = state.best if state.best_psnr is not None else state.average
    network = copy.deepcopy(best)
    as_module(network).cpu()
    card = Card(
        architecture=config.arch,
        hyperparameters=dict(network.hyperparameters),
        scale=config.scale,
        training=TrainingRecord(
            data=data.labels,
            train=list(data.train_names),
            validation=list(data.validation_names),
            config=_without_folders(config).model_dump(mode="json", exclude=_LEFT_OUT),
            step=state.step,
            seconds=round(state.seconds, 1),
            versions={name: version(name) for name in ("napari-fsrcnn", "torch")},
            date=datetime.now(UTC).date().isoformat(),
            machine=describe_device(state.generator.device),
            start=state.start,
            taught_on=pictures_only_taught(teacher, data),
            fingerprints=fingerprints_seen(teacher, data),
        ),
        validation=None
        if state.best_psnr is None
        else Validation(
            pictures=len(data.validation),
            step=state.best_step,
            psnr=round(state.best_psnr, 4),
            bicubic_psnr=round(bicubic_psnr, 4),
        ),
        **state.inherited,
    )
    name = config.out.stem if config.out is not None else f"{config.arch}-x{config.scale}"
    return Model(name, network, card)


def _without_folders(config: TrainingConfig) -> TrainingConfig:
    paths: dict[str, Path | None] = {field: getattr(config, field) for field in _FILES}
    return config.model_copy(
        update={field: Path(path.name) for field, path in paths.items() if path is not None}
    )
