"""A network made ready to run on a device, and how it does when memory is short."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast, get_args

import torch
from torch import Tensor, nn

from napari_fsrcnn.inference.edges import INSIDE, WHOLE, Edges
from napari_fsrcnn.inference.fast_form import fast_form
from napari_fsrcnn.inference.valid import Form
from napari_fsrcnn.networks.network import Network, as_module, freeze
from napari_fsrcnn.networks.recorded import Recorded
from napari_fsrcnn.networks.single_precision import whole_single_precision

Precision = Literal["float32", "bf16", "fp16"]

CPU = torch.device("cpu")
DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass
class Counters:
    """What a network was given to do: the same on every machine.

    Attributes
    ----------
    tiles : int
    pixels : int
        LR pixels of these tiles, their halos too.
    copied : int
        Bytes copied on the host, to the tiles and from them.
    """

    tiles: int = 0
    pixels: int = 0
    copied: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, tiles: int = 0, pixels: int = 0, copied: int = 0) -> None:
        """Count what one of several threads has done."""
        with self._lock:
            self.tiles += tiles
            self.pixels += pixels
            self.copied += copied


class _Ready(NamedTuple):
    device: torch.device
    dtype: torch.dtype
    form: Form
    recorded: Mapping[Edges, Recorded]


class Prepared(nn.Module):
    """A network in its fastest form, itself a :class:`~napari_fsrcnn.networks.network.Network`.

    Parameters
    ----------
    network : Network
        Stays as it is.
    device : torch.device
    precision : {"float32", "bf16", "fp16"}

    Attributes
    ----------
    before, after : int
        HR pixels that are lost above and left, below and right, on sides inside the picture.
    source : Network
        A copy of what it was made from.
    maps : int
        Values of its largest maps for each LR pixel.
    most : int or None
        LR pixels, with the halo, that memory has been found to have room for; None for any number.
    counters : Counters
    """

    def __init__(self, network: Network, device: torch.device, precision: Precision) -> None:
        super().__init__()
        self.scale = network.scale
        self.halo = network.halo
        self.hyperparameters: Mapping[str, Any] = network.hyperparameters
        self.device = device
        self.precision = precision
        # On the host, in single precision, to come back to.
        source: Network = network.source if isinstance(network, Prepared) else network
        self.source: Network = cast("Network", freeze(copy.deepcopy(as_module(source)).cpu()))
        self._take_form()
        self.most: int | None = None
        self.counters = Counters()

    @torch.inference_mode()
    def forward(self, lr: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Map LR tiles ``(N, 1, H, W)`` in [0, 1] to HR.

        Returns
        -------
        Tensor of float32, shape (N, 1, scale * H, scale * W)
            On the device; smaller by :attr:`before` and :attr:`after` on the sides that are no
            edges of the picture.
        """
        # Taken once, for another thread may find that there is no memory and go on on the CPU.
        device, dtype, form, recorded = self._ready

        def run(tiles: Tensor) -> Tensor:
            return form(tiles, edges).float()

        given = lr.to(device=device, dtype=dtype)
        with whole_single_precision(device):
            if edges not in recorded:
                return run(given)
            return cast("Tensor", recorded[edges](run, None, given))

    @property
    def converts_on(self) -> torch.device:
        """Where the picture's dtype becomes [0, 1]: on the host, unless the device has them all."""
        return self.device if self.device.type == "cuda" else CPU

    def move_to_cpu(self) -> None:
        """Go on in the host's memory, in single precision."""
        self.device, self.precision, self.most = CPU, "float32", None
        self._take_form()

    def _take_form(self) -> None:
        dtype = DTYPES[self.precision]
        form = fast_form(self.source, self.device, dtype)
        self.before, self.after, self.maps = form.before, form.after, form.maps
        self.form = cast("nn.Module", form)
        # Planes of a stack, and tiles inside a plane, are alike; those at its sides seldom are.
        recorded = {edges: Recorded(self.device) for edges in (WHOLE, INSIDE)}
        self._ready = _Ready(self.device, dtype, form, recorded)


def prepare(network: Network, device: torch.device, precision: Precision = "float32") -> Prepared:
    """Copy a network to a device, in the form in which it runs fastest.

    Parameters
    ----------
    network : Network
    device : torch.device
    precision : {"float32", "bf16", "fp16"}
        Half precision is faster where the device computes in it, and less exact
        (:func:`napari_fsrcnn.inference.deviation.deviation` measures by how much).

    Raises
    ------
    ValueError
        If there is no such precision, or the device has it not.
    """
    check_precision(precision, device)
    keep_freed_memory()
    return Prepared(network, device, precision)


def check_precision(precision: str, device: torch.device) -> None:
    """Refuse a precision that is none, or that the device does not compute in."""
    if precision not in get_args(Precision):
        raise ValueError(f"The precision must be float32, bf16 or fp16, not {precision!r}.")
    if precision == "fp16" and device.type == "cpu":
        raise ValueError("The CPU does not compute in fp16: choose float32 or bf16.")


def keep_freed_memory() -> None:
    """Let glibc keep what is freed between two tiles.

    It learns from blocks that are freed: those of this size and below it no longer returns to the
    system, which would have to clear each page again when the next tile asks for it, a third of
    the time of all. Elsewhere this does nothing.
    """
    torch.empty(31 * 2**18)
