"""What a process does that helps another one, from its start to the end of what it is asked for."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.inference.spans import Span
from napari_fsrcnn.networks.threads import use_threads

Message = dict[str, Any]

END = b"\n"
"""The line after which nothing is asked for."""


def main() -> None:
    """Upscale blocks, one for each line that comes in, and answer each with a line."""
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # What a library prints is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    use_threads(1)
    tasks = iter(asked.readline, END)
    first = next(tasks, b"")
    if not first:
        return
    how = json.loads(first)
    try:
        values = map_values(how["file"])
    except FileNotFoundError:  # who asked has ended meanwhile
        return
    upscaler = BlockUpscaler(
        PortableModel(how["model"], values[: how["bytes"]].tobytes()),
        ValueRange(*how["limits"]),
        how["rgb"],
        how["color"],
        "cpu",
        how["precision"],
    )
    upscaler.model.network("cpu", upscaler.precision)
    with suppress(BrokenPipeError):  # nobody waits for it any more
        answers.write(as_line({}))
        for task in takewhile(bool, tasks):
            answers.write(as_line(_upscale(upscaler, values, json.loads(task))))


def as_line(message: Message) -> bytes:
    """Write a message of one process to the other."""
    return json.dumps(message, default=int).encode() + b"\n"


def map_values(file: str) -> NDArray[np.uint8]:
    """Map the bytes of a file that two processes share."""
    return np.asarray(np.memmap(file, np.uint8, "r+"))


def first_values(values: NDArray[np.uint8], shape: Sequence[int], dtype: DTypeLike) -> NDArray[Any]:
    """Give the bytes from the first one on as an array, without a copy."""
    dtype = np.dtype(dtype)
    return values[: math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)


def _upscale(upscaler: BlockUpscaler, values: NDArray[np.uint8], task: Message) -> Message:
    """Upscale a block in place; the answer has no shape where that can't be done."""
    region = first_values(values, task["shape"], task["dtype"])
    block = Block(tuple(task["index"]), Span(*task["y"]), Span(*task["x"]))
    notices: list[str] = []
    try:
        upscaled = upscaler.upscale(region, block, notices.append)
        first_values(values, upscaled.shape, upscaled.dtype)[...] = upscaled
    except Exception:  # noqa: BLE001  who asked tries it as well, and tells why it can't be done
        return {}
    return {"shape": upscaled.shape, "notices": notices}


if __name__ == "__main__":
    main()
