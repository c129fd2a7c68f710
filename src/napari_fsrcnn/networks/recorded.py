"""Work for a GPU that is recorded once and then launched as a whole.

A step of a network as small as these is hundreds of kernels of a few microseconds each, and Python
takes longer to launch one than the device to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import torch
from torch import Tensor

from napari_fsrcnn.networks.single_precision import TF32_SWITCH

FIRST_CALLS = 3
"""Calls that are made as they are: in them libraries choose their kernels and take their memory."""


class Recorded:
    """Calls work that launches the same kernels each time: on a CUDA device as one graph.

    On other devices, and where it can't be recorded, the work is called as it is.

    Parameters
    ----------
    device : torch.device or None
        Where all tensors of the work lie; None where it is not to be recorded.
    """

    def __init__(self, device: torch.device | None) -> None:
        self._device = device
        self._can_record = device is not None and device.type == "cuda"
        self._aside = torch.cuda.Stream(device) if self._can_record else None
        self._key: Hashable = None
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._given: list[Tensor] = []
        self._result: Tensor | None = None

    @property
    def replays(self) -> bool:
        """Whether the work is recorded."""
        return self._graph is not None

    def __call__(
        self, work: Callable[..., Tensor | None], key: Hashable, *given: Tensor
    ) -> Tensor | None:
        """Do the work.

        Parameters
        ----------
        work : callable
            The same at each call. Maps ``given`` to its result, and may change other tensors in
            place, always the same ones. It must draw nothing at random.
        key : hashable
            What the work depends on beside tensors: it is recorded anew where that, or the shape
            of a tensor, has changed.
        *given : Tensor

        Returns
        -------
        Tensor or None
            The result.
        """
        if not self._can_record:
            return work(*given)
        key = (key, *(each.shape for each in given))
        if key != self._key:
            self._forget()
            self._key, self._calls = key, 0
        if self._graph is None:
            self._calls += 1
            if self._calls <= FIRST_CALLS or not self._record(work, given):
                return self._call_aside(work, given)
        assert self._graph is not None  # noqa: S101 - recorded
        for kept, new in zip(self._given, given, strict=True):
            kept.copy_(new)
        self._graph.replay()
        return None if self._result is None else self._result.clone()

    def _call_aside(
        self, work: Callable[..., Tensor | None], given: tuple[Tensor, ...]
    ) -> Tensor | None:
        """Call it on the stream that it will be recorded on, where autograd remembers it."""
        now = torch.cuda.current_stream(self._device)
        assert self._aside is not None  # noqa: S101 - there is one on this device
        self._aside.wait_stream(now)
        try:
            with torch.cuda.stream(self._aside):
                return work(*given)
        finally:
            now.wait_stream(self._aside)

    def _record(self, work: Callable[..., Tensor | None], given: tuple[Tensor, ...]) -> bool:
        """Take down what the work launches, without running it; say whether that succeeded."""
        graph = torch.cuda.CUDAGraph()
        self._given = [each.clone() for each in given]
        try:
            # The outer stream is what torch leaves us on where recording fails. Other threads may
            # use the device meanwhile: a viewer upscales while it trains.
            with (
                TF32_SWITCH,
                torch.cuda.stream(torch.cuda.current_stream(self._device)),
                torch.cuda.graph(graph, stream=self._aside, capture_error_mode="thread_local"),
            ):
                self._result = work(*self._given)
        except RuntimeError:
            # Also where there is no memory for a second set of maps: without one it goes on.
            self._can_record = False
            self._forget()
            return False
        self._graph = graph
        return True

    def _forget(self) -> None:
        """Give back what a recording holds."""
        self._graph, self._given, self._result = None, [], None
