"""Train SRCNN and FSRCNN on images, and upscale pictures with them, in napari or without it.

The public names are imported when they are first used, so that ``import napari_fsrcnn`` (which
napari does to find the plugin) costs nothing: torch is loaded when something is trained or
upscaled, not before.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_fsrcnn.evaluation.score import evaluate
    from napari_fsrcnn.evaluation.self_test import self_test
    from napari_fsrcnn.inference.lazy import upscale_lazy
    from napari_fsrcnn.inference.stream import upscale_to_zarr
    from napari_fsrcnn.inference.upscale import upscale
    from napari_fsrcnn.training.config import TrainingConfig
    from napari_fsrcnn.training.train import resume, train
    from napari_fsrcnn.weights.model import Model
    from napari_fsrcnn.weights.shipped import list_models, load_model

    __version__: str

__all__ = [
    "Model",
    "TrainingConfig",
    "__version__",
    "evaluate",
    "list_models",
    "load_model",
    "resume",
    "self_test",
    "train",
    "upscale",
    "upscale_lazy",
    "upscale_to_zarr",
]

_HOME = {
    "Model": "napari_fsrcnn.weights.model",
    "TrainingConfig": "napari_fsrcnn.training.config",
    "evaluate": "napari_fsrcnn.evaluation.score",
    "list_models": "napari_fsrcnn.weights.shipped",
    "load_model": "napari_fsrcnn.weights.shipped",
    "resume": "napari_fsrcnn.training.train",
    "self_test": "napari_fsrcnn.evaluation.self_test",
    "train": "napari_fsrcnn.training.train",
    "upscale": "napari_fsrcnn.inference.upscale",
    "upscale_lazy": "napari_fsrcnn.inference.lazy",
    "upscale_to_zarr": "napari_fsrcnn.inference.stream",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version  # takes as long as all the rest of this import

        return version("napari-fsrcnn")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
