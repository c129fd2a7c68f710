"""A training from its beginning to its end."""

from __future__ import annotations

from collections.abc import Sequence

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished
from napari_fsrcnn.training.train import train
from napari_fsrcnn.weights.model import Model


def trained(config: TrainingConfig, pictures: Sequence[Pair] | None = None) -> Model:
    """Train on the data of a configuration, or on these pictures, and return the model."""
    *_, finished = train(config, pictures=pictures)
    if not isinstance(finished, Finished) or finished.model is None:
        raise RuntimeError("The training did not finish.")
    return finished.model
