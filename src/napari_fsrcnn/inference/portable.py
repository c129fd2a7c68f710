"""A model as a task can carry it to another process, and its network ready to run there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from napari_fsrcnn.inference.prepared import Precision, Prepared, prepare
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.weights.checkpoint import checkpoint_bytes, parse_checkpoint
from napari_fsrcnn.weights.model import Model


@dataclass(frozen=True)
class PortableModel:
    """A model as the bytes of its checkpoint: nothing is unpickled where it arrives but these.

    Attributes
    ----------
    name : str
    content : bytes
        Of a ``.safetensors`` file.
    """

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, model: Model) -> PortableModel:
        """Pack a model."""
        return cls(model.name, checkpoint_bytes(model))

    def network(self, device: str, precision: Precision = "float32") -> Prepared:
        """Unpack the network onto a device of this process, the first time that it is asked for."""
        return _network(self, device, precision)


@lru_cache(maxsize=8)
def _network(portable: PortableModel, device: str, precision: Precision) -> Prepared:
    model = parse_checkpoint(Path(f"{portable.name}.safetensors"), portable.content)
    return prepare(model.network, resolve_device(device), precision)
