"""Learning from a better network: what it makes of LR stands in the place of HR.

Much of HR can't be told from LR by any network, and in small batches it is noise in the gradient.
What a better network restores can be told from LR, so a small one learns it in fewer steps. It sees
the same patches, without what lies around them, which no network could know either.

References
----------
Hinton et al., "Distilling the knowledge in a neural network", arXiv 1503.02531.
"""

from __future__ import annotations

import torch

from napari_fsrcnn.networks.network import as_module, freeze
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.data import TrainingData
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model


def load_teacher(config: TrainingConfig, device: torch.device) -> Model | None:
    """Load the model that is learnt from, if there is one, onto a device.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such model, its file is damaged, or it has another scale.
    """
    if config.teacher is None:
        return None
    try:
        model = load_model(config.teacher, config.scale)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"The teacher can't be used. {error}") from error
    except ValueError as error:
        raise ValueError(f"The teacher can't be used. {error}") from error
    network = as_module(model.network)
    freeze(network.to(device=device, memory_format=torch.channels_last))  # type: ignore[call-overload]
    return model


def pictures_only_taught(teacher: Model | None, data: TrainingData) -> list[str]:
    """Name the pictures that a teacher had seen and the run has not.

    They are also those that the teacher learnt from and the run validates on: its PSNR there is
    higher than it would be elsewhere.
    """
    record = None if teacher is None else teacher.card.training
    if record is None:
        return []
    own = {*data.train_names, *data.validation_names}
    return sorted((record.pictures - own) | (record.learnt & {*data.validation_names}))


def fingerprints_seen(teacher: Model | None, data: TrainingData) -> list[str]:
    """List the fingerprints of the pictures that the run or its teacher has seen."""
    record = None if teacher is None else teacher.card.training
    taught = frozenset() if record is None else record.all_fingerprints
    return sorted(taught | {*data.fingerprints})
