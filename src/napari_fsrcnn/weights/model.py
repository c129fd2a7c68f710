"""A network together with all that is known about it: what every floor passes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from napari_fsrcnn.networks.network import Network
from napari_fsrcnn.weights.card import Card


@dataclass(frozen=True)
class Model:
    """A trained network, ready to run.

    Attributes
    ----------
    name : str
        Shipped name or file stem, for menus and layer names.
    network : Network
        In evaluation mode, without gradients; not to be changed.
    card : Card
        Architecture, hyper-parameters, scale, training record, figures.
    sha256 : str
        Checksum of the file it came from; empty when it came from none.
    """

    name: str
    network: Network = field(repr=False)
    card: Card
    sha256: str = ""

    @property
    def scale(self) -> int:
        """Enlargement on both axes."""
        return self.network.scale

    @property
    def halo(self) -> int:
        """LR pixels on each side that an output pixel depends on."""
        return self.network.halo
