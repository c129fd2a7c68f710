"""Single precision on GPUs, which round to 10 binary digits (TF32) where they may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

TF32_SWITCH = threading.Lock()
"""Held while the switch, which is the whole process', is not as it was found."""


@contextmanager
def whole_single_precision(device: torch.device) -> Iterator[None]:
    """Keep convolutions and matrix products from TF32; on CUDA one thread at a time."""
    if device.type != "cuda":
        yield
        return
    libraries: list[Any] = [torch.backends.cudnn, torch.backends.cuda.matmul]
    with TF32_SWITCH:
        before = [library.allow_tf32 for library in libraries]
        for library in libraries:
            library.allow_tf32 = False
        try:
            yield
        finally:
            for library, allowed in zip(libraries, before, strict=True):
                library.allow_tf32 = allowed
