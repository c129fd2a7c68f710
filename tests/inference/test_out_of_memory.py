"""Memory that runs out: smaller tiles, then the CPU, and never half a picture."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from napari_fsrcnn.inference.prepared import CPU, prepare
from napari_fsrcnn.inference.tiles import LEAST, upscale_plane


class Narrow(nn.Module):
    """Twice the size, on a device that has room for so many LR pixels."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.scale, self.halo, self.room = 2, 1, room
        self.hyperparameters: Mapping[str, Any] = {}
        self.seen: list[int] = []

    def forward(self, lr: Tensor) -> Tensor:
        if lr.numel() > self.room and (self.room or lr.is_meta):
            raise torch.OutOfMemoryError
        self.seen.append(lr.numel())
        return lr.repeat_interleave(2, 2).repeat_interleave(2, 3)


def doubled(plane: Tensor) -> Tensor:
    return plane.repeat_interleave(2, 0).repeat_interleave(2, 1)


@pytest.mark.parametrize("batch", [1, 3])
def test_tiles_are_divided_until_they_fit(batch: int) -> None:
    plane = torch.rand(90, 200)
    network = prepare(Narrow(700), CPU)
    notices: list[str] = []
    done: list[int] = []
    found = upscale_plane(
        network,
        plane,
        tile=(60, 70),
        batch=batch,
        notice=notices.append,
        after_tile=lambda: done.append(1),
    )
    assert torch.equal(found, doubled(plane))
    assert len(done) == 6  # as announced before memory ran out
    assert all("Memory ran out with" in notice for notice in notices)
    # Once it is known what fits, nothing more is tried in vain.
    assert 1 <= len(notices) <= 5
    assert network.most is not None
    assert network.most <= 700


def test_where_nothing_fits_the_cpu_goes_on() -> None:
    plane = torch.rand(40, 40)
    network = prepare(Narrow(0), torch.device("meta"))
    notices: list[str] = []
    found = upscale_plane(network, plane, tile=(40, 40), notice=notices.append)
    assert torch.equal(found, doubled(plane))
    assert notices[-1] == "The memory of meta does not suffice: going on on the CPU."
    assert network.device == CPU


def test_too_little_memory_for_the_smallest_tile_is_said() -> None:
    network = prepare(Narrow(50), CPU)
    sentence = r"too little memory even for 1 tiles of \d+ x \d+ LR pixels: close other programs"
    with pytest.raises(MemoryError, match=sentence.replace("1 ", "")):
        upscale_plane(network, torch.rand(90, 90), tile=(90, 90))
    assert LEAST**2 > 50


# Upscales with so many MiB more than the process has once it is ready.
LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from napari_fsrcnn.inference.upscale import upscale

image = np.random.default_rng(0).integers(0, 256, (512, 512), np.uint8)
upscale(image[:64, :64], "fsrcnn-x2", device="cpu")
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[1]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
result = upscale(image, "fsrcnn-x2", device="cpu", notice=print)
np.save(sys.argv[2], result)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits an address space")
def test_a_process_that_may_not_grow_upscales_all_the_same(tmp_path: Any) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, "110", str(tmp_path / "result.npy")],
        env=os.environ
        | {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "NAPARI_FSRCNN_TILE": "512x512"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Memory ran out with 1 tiles of 512 x 512 LR pixels: going on")
    from napari_fsrcnn.inference.upscale import upscale

    image = np.random.default_rng(0).integers(0, 256, (512, 512), np.uint8)
    expected = upscale(image, "fsrcnn-x2", device="cpu").astype(int)
    assert np.abs(np.load(tmp_path / "result.npy") - expected).max() <= 1
