"""The models trained since the viewer was opened: *Train* adds them, *Upscale* offers them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from psygnal import SignalInstance

from napari_fsrcnn.weights.model import Model

models_changed = SignalInstance(())
"""Emitted, without arguments, when a model was added: ``models_changed.connect(callback)``."""

_models: list[Model] = []


def add_model(model: Model) -> Model:
    """Offer a model until napari is closed; to be called on the main thread.

    Returns
    -------
    Model
        The same one, with a number behind its name where an older one has that name already.
    """
    taken = {known.name for known in _models}
    names = (model.name if n == 1 else f"{model.name} ({n})" for n in count(1))
    model = replace(model, name=next(name for name in names if name not in taken))
    _models.append(model)
    models_changed.emit()
    return model


def session_models() -> list[Model]:
    """Models trained in this session, the latest first."""
    return _models[::-1]
