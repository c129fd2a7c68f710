"""What a process does that helps another one, from its start to the end of what it is asked for."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from napari_fsrcnn.image.value_range import ValueRange
from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler
from napari_fsrcnn.inference.executors import use_threads
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.inference.spans import Span

Message = dict[str, Any]


def main() -> None:
    """Upscale blocks, one for each line that comes in, and answer each with a line."""
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # What a library prints is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    use_threads(1)
    first = json.loads(asked.readline())
    upscaler = BlockUpscaler(
        PortableModel(first["model"], asked.read(first["bytes"])),
        ValueRange(*first["limits"]),
        first["rgb"],
        first["color"],
        "cpu",
        first["precision"],
    )
    upscaler.model.network("cpu", upscaler.precision)
    values = map_values(first["file"])
    answers.write(as_line({}))
    for line in asked:
        answers.write(as_line(_upscale(upscaler, values, json.loads(line))))


def as_line(message: Message) -> bytes:
    """Write a message of one process to the other."""
    return json.dumps(message).encode() + b"\n"


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
    except Exception:  # noqa: BLE001  who asked tries it as well, and tells why it can't be done
        return {}
    first_values(values, upscaled.shape, upscaled.dtype)[...] = upscaled
    return {"shape": upscaled.shape, "notices": notices}


if __name__ == "__main__":
    main()
