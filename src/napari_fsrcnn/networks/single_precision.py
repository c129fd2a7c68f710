"""Single precision on GPUs, which round to 10 binary digits (TF32) where they may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

TF32_SWITCH = threading.RLock()
"""Held while the switch, which is the whole process', is not as it was found."""


@contextmanager
def whole_single_precision(device: torch.device) -> Iterator[None]:
    """Keep convolutions and matrix products from TF32; on CUDA one thread at a time."""
    if device.type != "cuda":
        yield
        return
    with TF32_SWITCH:
        switches = _switches()
        before = [getattr(library, name) for library, name, _ in switches]
        for library, name, off in switches:
            setattr(library, name, off)
        try:
            yield
        finally:
            for (library, name, _), value in zip(switches, before, strict=True):
                setattr(library, name, value)


def _switches() -> list[tuple[Any, str, str | bool]]:
    """Give each library's switch: where it is, its name, and the value that turns TF32 off."""
    cudnn, cublas = torch.backends.cudnn, torch.backends.cuda.matmul
    if hasattr(cudnn, "conv"):  # torch 2.9; from there on the older switches can't always be read
        return [(cudnn.conv, "fp32_precision", "ieee"), (cublas, "fp32_precision", "ieee")]
    return [(cudnn, "allow_tf32", False), (cublas, "allow_tf32", False)]
