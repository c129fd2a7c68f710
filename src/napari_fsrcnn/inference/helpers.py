"""Processes beside this one that upscale blocks, and so do not wait for its Python.

A film is upscaled while it is drawn, which takes most of Python's time: threads would wait for it
between two layers. Pixels travel by files that two processes map, which takes no time of Python's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from multiprocessing import spawn
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.inference.block_upscaler import Block, BlockUpscaler
from napari_fsrcnn.inference.helper_process import (
    END,
    Message,
    as_line,
    first_values,
    map_values,
)
from napari_fsrcnn.inference.tiles import Notice

MOST = 4
"""Processes: each takes some 300 MB of memory."""

_PROCESS = "napari_fsrcnn.inference.helper_process"


class Helpers:
    """Upscales blocks in other processes, each of which computes one at a time, in one thread.

    They take seconds to start. Until one is ready, and where one fails, this process computes.

    Parameters
    ----------
    upscaler : BlockUpscaler
        Of the CPU.
    count : int
        Of processes.
    room : int
        Bytes of the largest block, read or upscaled.
    """

    def __init__(self, upscaler: BlockUpscaler, count: int, room: int) -> None:
        self._upscaler = upscaler
        self._closed = False
        self._idle: SimpleQueue[_Helper] = SimpleQueue()
        self._all = [_Helper(upscaler, room, self._idle) for _ in range(count)]

    @property
    def ready(self) -> bool:
        """Whether there is a process to compute."""
        return any(helper.alive for helper in self._all)

    def upscale(
        self, region: NDArray[Any], block: Block, notice: Notice | None = None
    ) -> NDArray[Any]:
        """As :meth:`BlockUpscaler.upscale`.

        Raises
        ------
        RuntimeError
            If they are closed.
        """
        upscaled = self._upscale_beside(region, block, notice) if self.ready else None
        if self._closed:
            raise RuntimeError("No more blocks are upscaled.")
        return self._upscaler.upscale(region, block, notice) if upscaled is None else upscaled

    def close(self) -> None:
        """Let the processes end, each with the block that it has begun."""
        self._closed = True
        for helper in self._all:
            helper.close()

    def _upscale_beside(
        self, region: NDArray[Any], block: Block, notice: Notice | None
    ) -> NDArray[Any] | None:
        helper = self._idle.get()
        try:
            return helper.upscale(region, block, notice)
        finally:
            # The last one although it has died, or another thread would wait for ever.
            if helper.alive or not self.ready:
                self._idle.put(helper)


class _Helper:
    """A process, and the file by which pixels travel to it and back.

    Attributes
    ----------
    alive : bool
        Whether it has begun to compute, and has not ended.
    """

    def __init__(self, upscaler: BlockUpscaler, room: int, idle: SimpleQueue[_Helper]) -> None:
        self.alive = False
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._values: NDArray[np.uint8] | None = None
        self._thread = threading.Thread(target=self._live, args=(upscaler, room, idle), daemon=True)
        self._thread.start()

    def upscale(
        self, region: NDArray[Any], block: Block, notice: Notice | None
    ) -> NDArray[Any] | None:
        """Upscale a block; None where that can't be done."""
        process, values = self._process, self._values
        # A source may give another dtype than it says.
        if process is None or values is None or region.nbytes > values.nbytes:
            return None
        first_values(values, region.shape, region.dtype)[...] = region
        place = {"index": block.index, "y": block.y, "x": block.x}
        answer = _ask(process, {"shape": region.shape, "dtype": region.dtype.str, **place})
        if answer is None or "shape" not in answer:
            return None
        native = region.dtype.newbyteorder("=")
        upscaled = first_values(values, answer["shape"], native).copy()
        for sentence in answer["notices"] if notice else ():
            cast("Notice", notice)(sentence)
        return upscaled

    def close(self) -> None:
        """Ask for nothing more."""
        self._closed, self.alive = True, False
        process = self._process
        if process is not None:
            asked = cast("IO[bytes]", process.stdin)
            with suppress(OSError, ValueError):
                # Also told by a line, for other processes may have inherited the pipe.
                asked.write(END)
                asked.close()

    def _live(self, upscaler: BlockUpscaler, room: int, idle: SimpleQueue[_Helper]) -> None:
        """Start the process, and wait for its end, in a thread."""
        model = np.frombuffer(upscaler.model.content, np.uint8)
        with suppress(OSError, MemoryError):
            descriptor, name = tempfile.mkstemp(prefix="napari-fsrcnn-")
            file = Path(name)
            # At the latest where Python ends, which this thread does not see.
            delete = weakref.finalize(self, file.unlink, missing_ok=True)
            try:
                # Room is taken now: who writes to a mapped file on a full disk is ended at once.
                with os.fdopen(descriptor, "wb") as empty:
                    empty.write(bytes(max(room, len(model))))
                values = map_values(name)
                values[: len(model)] = model
                with _started() as process:
                    self._values, self._process = values, process
                    begun = None if self._closed else _ask(process, _how(upscaler, file))
                    delete()  # both have mapped it
                    self.alive = begun is not None
                    if self._closed or not self.alive:
                        self.close()
                    idle.put(self)
                    process.wait()
                    self.alive = False
                    self._process = self._values = None
            finally:
                delete()


def _started() -> subprocess.Popen[bytes]:
    if getattr(sys, "frozen", False):
        raise OSError(f"{sys.executable} runs one program, not any module of Python.")
    return subprocess.Popen(  # noqa: S603  nothing of it is anyone's text
        [spawn.get_executable() or "", "-m", _PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_same_modules(),
        # Ctrl-C is for this process. When it ends, so does the other.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _how(upscaler: BlockUpscaler, file: Path) -> Message:
    return {
        "file": str(file),
        "model": upscaler.model.name,
        "bytes": len(upscaler.model.content),
        "limits": [float(limit) for limit in upscaler.limits],
        "rgb": upscaler.rgb,
        "color": upscaler.color,
        "precision": upscaler.precision,
    }


def _ask(process: subprocess.Popen[bytes], message: Message) -> Message | None:
    """Give a process's answer; None if it has ended."""
    asked, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    try:
        asked.write(as_line(message))
        asked.flush()
        return cast("Message", json.loads(answers.readline()))
    except (OSError, ValueError):  # the latter where nothing is answered, or asked any more
        return None


def _same_modules() -> dict[str, str]:
    """Give an environment in which modules are looked for where this process does."""
    path = os.pathsep.join(str(each or Path.cwd()) for each in sys.path)
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
