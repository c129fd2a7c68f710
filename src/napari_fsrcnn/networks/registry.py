"""The architectures by name: the built-in ones and those of other packages.

Another package adds its own by an entry point of the group ``napari_fsrcnn.architectures`` that
names a module with a hook implementation::

    from napari_plugin_engine import HookImplementationMarker
    from napari_fsrcnn.networks.registry import Architecture


    @HookImplementationMarker("napari_fsrcnn")
    def napari_fsrcnn_architectures():
        return [Architecture("my-network", "what it is", build_my_network)]
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from napari_plugin_engine import (
    HookImplementationMarker,
    HookSpecificationMarker,
    PluginManager,
)

from napari_fsrcnn.networks.network import Network, check_scale

ENTRY_POINT_GROUP = "napari_fsrcnn.architectures"

_log = logging.getLogger(__name__)
_PROJECT = "napari_fsrcnn"


@dataclass(frozen=True)
class Architecture:
    """A family of networks under one name.

    Attributes
    ----------
    name : str
        As in ``--arch NAME``.
    summary : str
        One line for menus and help.
    factory : callable
        ``factory(scale, **hyperparameters)`` gives a new
        :class:`~napari_fsrcnn.networks.network.Network` with random weights.
    """

    name: str
    summary: str
    factory: Callable[..., Network]

    def build(self, scale: int, /, **hyperparameters: Any) -> Network:
        """Build a network with random weights.

        Raises
        ------
        ValueError
            If the scale is not a whole number from 2 to 8, or a hyper-parameter is not known or
            has a value that no network can be built with.
        """
        try:
            return self.factory(check_scale(scale), **hyperparameters)
        except (TypeError, RuntimeError, MemoryError) as error:
            raise ValueError(
                f"The architecture {self.name} can't be built with {hyperparameters}: {error}."
            ) from error


class ArchitectureHooks:
    """The hook that other packages implement."""

    @HookSpecificationMarker(_PROJECT)  # type: ignore[untyped-decorator]
    def napari_fsrcnn_architectures(self) -> list[Architecture]:
        """Return the architectures that a package adds."""
        return []


class BuiltIn:
    """This project's own architectures, given through the same hook as anybody's."""

    @staticmethod
    @HookImplementationMarker(_PROJECT)  # type: ignore[untyped-decorator]
    def napari_fsrcnn_architectures() -> list[Architecture]:
        """Return FSRCNN and SRCNN at the sizes of their papers."""
        return [
            Architecture("fsrcnn", "FSRCNN(56,12,4): 12,464 weights, fast and good", _fsrcnn),
            Architecture("fsrcnn-s", "FSRCNN(32,5,1): 3,937 weights, the fastest", _fsrcnn_small),
            Architecture("srcnn-915", "SRCNN 9-1-5: 8,032 weights", _srcnn(9, 1, 5)),
            Architecture("srcnn-935", "SRCNN 9-3-5: 24,416 weights", _srcnn(9, 3, 5)),
            Architecture("srcnn-955", "SRCNN 9-5-5: 57,184 weights, slow", _srcnn(9, 5, 5)),
        ]


@cache
def architectures() -> dict[str, Architecture]:
    """Every architecture by name, built-in ones first.

    An installed package whose entry point fails is left out, with a warning in the log.

    Examples
    --------
    >>> list(architectures())[:5]
    ['fsrcnn', 'fsrcnn-s', 'srcnn-915', 'srcnn-935', 'srcnn-955']
    """
    known: dict[str, Architecture] = {}
    for architecture in (architecture for group in _groups() for architecture in group):
        if known.setdefault(architecture.name, architecture) is not architecture:
            _log.warning("Two architectures are called %s; the first is used.", architecture.name)
    return known


def _groups() -> Iterator[list[Architecture]]:
    """Give the built-in architectures, then those of each plugin."""
    manager = PluginManager(_PROJECT, discover_entry_point=ENTRY_POINT_GROUP)
    # Even a look at the manager's hooks would discover plugins, before the built-in ones are there.
    with manager.discovery_blocked():
        manager.add_hookspecs(ArchitectureHooks)
        manager.register(BuiltIn, name="built-in")
        _, errors = manager.discover()
        outcome = manager.hook.napari_fsrcnn_architectures.call_with_result_obj()
    for error in (*errors, *outcome.plugin_errors):
        _log.warning(
            "The plugin %s is left out, for it fails: %s",
            error.plugin_name,
            error.__cause__ or error,
        )
    # The engine calls the last one registered first.
    for group, hook in reversed(list(zip(outcome.result, outcome.implementation, strict=True))):
        if isinstance(group, list) and all(isinstance(item, Architecture) for item in group):
            yield group
        else:
            _log.warning(
                "The plugin %s is left out, for it gives no list of Architecture but %r",
                hook.plugin_name,
                group,
            )


def get_architecture(name: str) -> Architecture:
    """Look an architecture up by name.

    Raises
    ------
    ValueError
        If there is none; the message lists those that there are.
    """
    try:
        return architectures()[name]
    except KeyError:
        raise ValueError(
            f"There is no architecture {name!r}; there are {', '.join(architectures())}."
        ) from None


# The networks' modules load torch, so each is imported when one of its networks is built.


def _fsrcnn(scale: int, **hyperparameters: Any) -> Network:
    from napari_fsrcnn.networks.fsrcnn import FSRCNN

    return FSRCNN(scale, **hyperparameters)


def _fsrcnn_small(scale: int, **hyperparameters: Any) -> Network:
    return _fsrcnn(scale, **{"d": 32, "s": 5, "m": 1, **hyperparameters})


def _srcnn(*kernels: int) -> Callable[..., Network]:
    def build(scale: int, **hyperparameters: Any) -> Network:
        from napari_fsrcnn.networks.srcnn import SRCNN

        return SRCNN(scale, **{"kernels": kernels, **hyperparameters})

    return build
