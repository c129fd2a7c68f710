"""Import of weights from other projects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fsrcnn.networks.network import check_scale
from napari_fsrcnn.weights.authors import read_authors
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.checkpoint import build_network
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.yjn870 import read_yjn870

if TYPE_CHECKING:
    from torch import Tensor

Reader = Callable[[Path, int], tuple[Card, Mapping[str, Any]]]

READERS: dict[str, Reader] = {".mat": read_authors, ".pth": read_yjn870}


def import_weights(path: str | Path, scale: int | None = None, arch: str | None = None) -> Model:
    """Import the authors' ``.mat`` or yjn870's ``.pth`` weights.

    Parameters
    ----------
    path : path
    scale : int, optional
        The scale of the weights, which these files do not state. By default it is taken from an
        ``x2``, ``x3``, ... in the file's name; another one than that is refused.
    arch : str, optional
        The architecture that the file is expected to hold; another one is refused.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is of neither kind, its scale is not known, or it holds another architecture.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(
            f"{path.name}: weights can be imported from {' and '.join(READERS)} files only."
        )
    card, arrays = reader(path, _scale_of(path, scale))
    if arch not in (None, card.architecture):
        raise ValueError(f"{path.name} holds the architecture {card.architecture}, not {arch}.")
    return Model(path.stem, build_network(card, _as_tensors(arrays)), card)


def _as_tensors(arrays: Mapping[str, Any]) -> dict[str, Tensor]:
    import torch

    return {name: torch.as_tensor(array) for name, array in arrays.items()}


def _scale_of(path: Path, given: int | None) -> int:
    """Find the scale: with another one the weights give pictures that look nearly right."""
    named = {int(digit) for digit in re.findall(r"x([2-8])(?!\d)", path.stem, re.IGNORECASE)}
    if given is None and len(named) != 1:
        raise ValueError(
            f"{path.name} does not say its scale, neither inside nor in its name: give it "
            f"(--scale 3), or put it into the name (x3)."
        )
    scale = named.pop() if given is None else given
    if named and scale not in named:
        raise ValueError(
            f"{path.name} is for x{' or x'.join(map(str, sorted(named)))} by its name, not for "
            f"x{scale}. Rename the file if its name is wrong."
        )
    return check_scale(scale)
