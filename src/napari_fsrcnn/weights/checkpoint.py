"""One ``.safetensors`` file for a model: its weights, and its card as JSON in the header."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from napari_fsrcnn.files.atomic import atomic_path
from napari_fsrcnn.networks.network import as_module, freeze
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.model import Model

if TYPE_CHECKING:
    from torch import Tensor

CARD_KEY = "napari-fsrcnn"
"""Key of the card in the safetensors metadata."""

# The header of a small network is a few KB; more than this is not one of these files.
_LONGEST_HEADER = 16 * 2**20


def save_checkpoint(path: str | Path, model: Model) -> Model:
    """Write a model's weights and card.

    Parameters
    ----------
    path : path
        The file, by custom with the suffix ``.safetensors``; an old one is replaced as a whole.
    model : Model

    Returns
    -------
    Model
        The same model under the file's name and checksum.
    """
    path = Path(path)
    content = checkpoint_bytes(model)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
    return Model(path.stem, model.network, model.card, hashlib.sha256(content).hexdigest())


def checkpoint_bytes(model: Model) -> bytes:
    """Give what a checkpoint of the model holds, for where no file is needed."""
    import safetensors.torch

    # Each in memory of its own, also where layers share their weights.
    tensors = {
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in as_module(model.network).state_dict().items()
    }
    content: bytes = safetensors.torch.save(tensors, {CARD_KEY: model.card.model_dump_json()})
    return content


def read_checkpoint(path: str | Path) -> Model:
    """Read a model from a checkpoint.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a checkpoint of this project, is damaged, or its weights do not fit the
        architecture that it names.
    """
    path = Path(path)
    with _open(path) as stream:
        content = stream.read(8 + _LONGEST_HEADER)
        _parse_card(path, content)  # before the rest of what may be anything
        content += stream.read()
    return parse_checkpoint(path, content)


def parse_checkpoint(path: Path, content: bytes) -> Model:
    """Read a model from a checkpoint's content; the path names it.

    Raises
    ------
    ValueError
        As :func:`read_checkpoint`.
    """
    card = _parse_card(path, content)
    return Model(path.stem, _build(path, card, content), card, hashlib.sha256(content).hexdigest())


def read_card(path: str | Path) -> Card:
    """Read only a checkpoint's card, without loading torch.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`read_checkpoint`.
    """
    path = Path(path)
    with _open(path) as stream:
        return _parse_card(path, stream.read(8 + _LONGEST_HEADER))


def build_network(card: Card, tensors: Mapping[str, Tensor]) -> Any:
    """Build the card's network with the given weights, ready to run.

    Raises
    ------
    ValueError
        If the weights do not fit the architecture.
    """
    network = get_architecture(card.architecture).build(card.scale, **card.hyperparameters)
    module = as_module(network)
    try:
        module.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise ValueError(
            f"The weights do not fit the architecture {card.architecture} with "
            f"{card.hyperparameters}."
        ) from error
    return freeze(module)


def _build(path: Path, card: Card, content: bytes) -> Any:
    import safetensors.torch
    from safetensors import SafetensorError

    try:
        return build_network(card, safetensors.torch.load(content))
    except SafetensorError as error:
        raise ValueError(f"The checkpoint {path} is damaged: {error}.") from error
    except ValueError as error:
        raise ValueError(f"The checkpoint {path} can't be used: {error}") from error


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder, not a checkpoint file.") from None


def _parse_card(path: Path, content: bytes) -> Card:
    """Find the card in the header: eight bytes of length, then JSON."""
    length = int.from_bytes(content[:8], "little")
    try:
        if length > min(len(content) - 8, _LONGEST_HEADER):
            raise ValueError("the header is cut off")
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        return Card.model_validate_json(metadata[CARD_KEY])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "card"
        raise ValueError(
            f"The checkpoint {path} can't be read: in its header, {where}: {first['msg']}."
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(
            f"{path} is not a checkpoint of napari-fsrcnn, or it is damaged. Checkpoints are made "
            f"by training; weights of other projects are imported by 'napari-fsrcnn convert'."
        ) from error
