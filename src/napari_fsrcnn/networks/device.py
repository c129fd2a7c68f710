"""The devices that networks can run on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_PATTERN = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def available_devices() -> list[str]:
    """Names of the devices of this machine, "auto" first.

    Examples
    --------
    >>> available_devices()[:2]
    ['auto', 'cpu']
    """
    import torch

    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return ["auto", "cpu", *cuda, *mps]


def resolve_device(name: str) -> torch.device:
    """Turn a name into the device to use.

    Parameters
    ----------
    name : str
        "auto" (the first CUDA device, else MPS, else the CPU), "cpu", "cuda", "cuda:N" or "mps".

    Raises
    ------
    ValueError
        If the name is not one of these or this machine has no such device.

    Examples
    --------
    >>> resolve_device("cpu")
    device(type='cpu')
    """
    import torch

    if not _PATTERN.fullmatch(name):
        raise ValueError(f"The device must be auto, cpu, cuda, cuda:N or mps, not {name!r}.")
    present = available_devices()
    if name == "auto":
        return torch.device(present[2] if len(present) > 2 else "cpu")
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in present:
        raise ValueError(
            f"This machine has no device {name}; it has {', '.join(present[1:])}. "
            f"Choose one of these, or auto."
        )
    return torch.device(wanted)


def describe_device(device: torch.device) -> str:
    """Name a device as a person knows it.

    Examples
    --------
    >>> describe_device(resolve_device("cpu")).startswith("CPU (")
    True
    """
    import torch

    from napari_fsrcnn.networks.threads import count_threads

    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device})"
    if device.type == "mps":
        return "Apple GPU (mps)"
    threads = count_threads()
    return f"CPU ({threads} thread{'s' if threads > 1 else ''})"
