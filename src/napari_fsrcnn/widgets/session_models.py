"""The models trained since the viewer was opened: *Train* adds them, *Upscale* offers them."""

from __future__ import annotations

from psygnal import SignalInstance

from napari_fsrcnn.weights.model import Model

models_changed = SignalInstance(())
"""Emitted, without arguments, when a model was added: ``models_changed.connect(callback)``."""

_models: list[Model] = []


def add_model(model: Model) -> None:
    """Offer a model, on the main thread, until napari is closed.

    One that came from the same file as an older one takes its place: the file no longer holds
    the older weights.
    """
    _models[:] = [known for known in _models if known.name != model.name]
    _models.append(model)
    models_changed.emit()


def session_models() -> list[Model]:
    """Models trained in this session, the latest first."""
    return _models[::-1]
