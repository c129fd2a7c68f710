"""Work for a GPU that is recorded once and then launched as a whole.

A step of a network as small as these is hundreds of kernels of a few microseconds each, and Python
takes longer to launch one than the device to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import torch
from torch import Tensor

from napari_fsrcnn.networks.out_of_memory import is_out_of_memory

FIRST_CALLS = 3
"""Calls that are made as they are: in them libraries choose their kernels and take their memory."""


class Recorded:
    """A function that launches the same kernels at each call: on a CUDA device as one graph.

    On other devices it is called as it is, and so it is where it can't be recorded.

    Parameters
    ----------
    work : callable
        Maps tensors to a tensor, and may change others in place, always the same ones. It must not
        wait for the device, and must draw nothing at random.
    device : torch.device or None
        Where all of them lie; None where the work is not to be recorded.
    """

    def __init__(self, work: Callable[..., Tensor], device: torch.device | None) -> None:
        self._work = work
        self._device = device
        self._possible = device is not None and device.type == "cuda"
        self._aside = torch.cuda.Stream(device) if self._possible else None
        self._key: Hashable = None
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, key: Hashable, *given: Tensor) -> Tensor:
        """Do the work.

        Parameters
        ----------
        key : hashable
            What the work depends on beside tensors: it is recorded anew where that, or the shape
            of a tensor, has changed.
        *given : Tensor

        Returns
        -------
        Tensor
        """
        if not self._possible:
            return self._work(*given)
        key = (key, *(each.shape for each in given))
        if key != self._key:
            self._key, self._calls, self._graph = key, 0, None
        if self._graph is None:
            self._calls += 1
            if self._calls <= FIRST_CALLS or not self._record(given):
                return self._call_aside(given)
        assert self._graph is not None  # noqa: S101 - recorded
        for kept, new in zip(self._given, given, strict=True):
            kept.copy_(new)
        self._graph.replay()
        return self._result.clone()

    def _call_aside(self, given: tuple[Tensor, ...]) -> Tensor:
        """Call it on the stream that it will be recorded on, where autograd remembers it."""
        now = torch.cuda.current_stream(self._device)
        assert self._aside is not None  # noqa: S101 - there is one on this device
        self._aside.wait_stream(now)
        with torch.cuda.stream(self._aside):
            result = self._work(*given)
        now.wait_stream(self._aside)
        return result

    def _record(self, given: tuple[Tensor, ...]) -> bool:
        """Record the work, which does not do it; say whether that could be done."""
        graph = torch.cuda.CUDAGraph()
        self._given = [each.clone() for each in given]
        try:
            # Other threads may use the device meanwhile: a viewer upscales while it trains.
            with (
                torch.cuda.device(self._device),
                torch.cuda.graph(graph, stream=self._aside, capture_error_mode="thread_local"),
            ):
                self._result = self._work(*self._given)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            self._possible = False
            return False
        self._graph = graph
        return True
