"""The weights of yjn870's FSRCNN-pytorch, a popular re-training.

Its convolutions see zeros outside the picture, its deconvolution has padding 4 at every scale, and
each channel has a PReLU slope of its own.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from napari_fsrcnn.weights.card import Card

if TYPE_CHECKING:
    from torch import Tensor


def read_yjn870(path: Path, scale: int) -> tuple[Card, dict[str, Tensor]]:
    """Read a ``.pth`` file of FSRCNN-pytorch, without running any code that it may hold.

    Parameters
    ----------
    path : Path
    scale : int
        The file's scale, which it does not state.

    Returns
    -------
    Card, dict of Tensor
        Ready for :func:`napari_fsrcnn.weights.checkpoint.build_network`.

    Raises
    ------
    ValueError
        If the file is not a state dict of that FSRCNN, or holds more than tensors.
    """
    import torch

    content = io.BytesIO(path.read_bytes())
    try:
        state = torch.load(content, map_location="cpu", weights_only=True)
        tensors = _rename(state)
        d, s = tensors["features.0.weight"].shape[0], tensors["features.2.weight"].shape[0]
        # Three tensors each for m + 3 convolutions and two for the deconvolution.
        m = (len(tensors) - 2) // 3 - 3
        if min(d, s) < 1 or m < 0:
            raise ValueError(f"FSRCNN({d}, {s}, {m}) is none.")
    except Exception as error:  # what a damaged file makes torch raise is anybody's guess
        raise ValueError(
            f"{path} is not a state dict of yjn870's FSRCNN-pytorch (tensors alone, named "
            f"first_part, mid_part and last_part)."
        ) from error
    card = Card(
        architecture="fsrcnn",
        hyperparameters={
            "d": d,
            "s": s,
            "m": m,
            "padding_mode": "zeros",
            "deconv_padding": 4,
            "prelu": "channel",
        },
        scale=scale,
        origin=f"yjn870's FSRCNN-pytorch, {path.name}",
    )
    return card, tensors


def _rename(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Count the layers of the three parts through: ``mid_part.0`` comes after ``first_part.1``."""
    starts = {"first_part": 0, "mid_part": 2}
    renamed = {}
    for name, tensor in state.items():
        part, _, rest = name.partition(".")
        if part == "last_part":
            renamed[f"deconvolution.{rest}"] = tensor
        else:
            index, _, kind = rest.partition(".")
            renamed[f"features.{starts[part] + int(index)}.{kind}"] = tensor
    return renamed
