"""The fastest tile: tried once for each network, kept, and overridable."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.inference.conftest import torch_threads
from torch import Tensor

from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.inference import tile_choice
from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.inference.edges import WHOLE, Edges
from napari_fsrcnn.inference.prepared import CPU, Prepared, prepare
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.tile_choice import (
    OVERRIDE,
    Size,
    choose_tile,
    tile_of,
    tiles_at_once,
    try_tiles,
)
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.inference.upscaled_blocks import upscaled_blocks
from napari_fsrcnn.weights.model import Model

LARGE = (2000, 2000)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(OVERRIDE, raising=False)
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tiles.json"


@pytest.fixture
def network(model: Model) -> Prepared:
    return prepare(model.network, CPU)


def forget() -> None:
    """As a new process does."""
    tile_choice._read.cache_clear()


def test_a_small_picture_is_not_worth_a_trial(kept: Path, network: Prepared) -> None:
    assert choose_tile(network, (512, 512)) == tile_of(network, 2**21)
    assert network.counters.tiles == 0
    assert not kept.exists()


def test_on_other_devices_a_small_picture_is_one_tile(kept: Path, network: Prepared) -> None:
    network.device = torch.device("mps")
    assert min(choose_tile(network, (512, 512))) >= 512
    assert not kept.exists()


def test_a_large_picture_is_and_the_result_is_kept(kept: Path, network: Prepared) -> None:
    found = choose_tile(network, LARGE)
    ((key, size),) = json.loads(kept.read_text()).items()
    assert tuple(size) == found
    assert f"torch {torch.__version__}" in key
    assert '"d": 3' in key
    forget()
    kept.write_text(json.dumps({key: [33, 44]}))
    assert choose_tile(network, LARGE) == choose_tile(network, (10, 10)) == (33, 44)


def test_threads_share_it_as_each_has_a_tile(kept: Path, network: Prepared) -> None:
    for threads in (1, 3):
        with torch_threads(threads):
            choose_tile(network, LARGE)
            assert torch.get_num_threads() == threads
    assert len(json.loads(kept.read_text())) == 1


def test_blocks_of_a_large_picture_have_it_too(kept: Path, model: Model, tmp_path: Path) -> None:
    large, small = np.zeros((1100, 1000), np.uint8), np.zeros((3, 500, 500), np.uint8)
    cache = BlockCache(10**6)
    upscaled_blocks(small, model, cache, rgb=False, device="cpu").warm_up()
    assert not kept.exists()
    for image, rgb in ((large, False), (np.zeros((1, 1100, 1000, 3), np.uint8), True)):
        upscaled_blocks(image, model, cache, rgb=rgb, device="cpu").warm_up()
        assert len(json.loads(kept.read_text())) == 1
        kept.unlink()
        forget()
    picture = OpenPicture(large, rgb=False, axes=(named_axis("y"), named_axis("x")))
    upscale_to_zarr(picture, tmp_path / "a.zarr", model, device="cpu")
    assert len(json.loads(kept.read_text())) == 1


def test_what_other_processes_found_stays(kept: Path, network: Prepared) -> None:
    choose_tile(network, LARGE)
    (mine,) = json.loads(kept.read_text())
    kept.write_text(json.dumps({"theirs": [33, 44]}))
    choose_tile(prepare(network, CPU, "bf16"), LARGE)
    assert {mine, "theirs"} < set(json.loads(kept.read_text()))


def test_each_precision_has_its_own(kept: Path, model: Model) -> None:
    for precision in ("float32", "bf16"):
        choose_tile(prepare(model.network, CPU, precision), LARGE)
    assert len(json.loads(kept.read_text())) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"a": 3}', '{"a": [1]}', "no json"])
def test_a_damaged_file_counts_as_none(kept: Path, network: Prepared, content: str) -> None:
    kept.parent.mkdir()
    kept.write_text(content)
    assert choose_tile(network, (9, 9)) == tile_of(network, 2**21)
    choose_tile(network, LARGE)
    assert len(json.loads(kept.read_text())) == 1


def test_a_cache_that_can_not_be_written_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: Prepared
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NAPARI_FSRCNN_CACHE", str(tmp_path / "file" / "cache"))
    assert choose_tile(network, LARGE) == choose_tile(network, (10, 10))


def test_the_user_may_say_it(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    monkeypatch.setenv(OVERRIDE, "10x20")
    done: list[tuple[int, int]] = []
    upscale(torch.zeros(20, 40), model, device="cpu", progress=lambda *steps: done.append(steps))
    assert done == [(n, 4) for n in range(1, 5)]


@pytest.mark.parametrize("asked", ["128", "0x5", "ax5", "5 x 5", "-1x4"])
def test_what_is_no_size_is_refused(
    monkeypatch: pytest.MonkeyPatch, network: Prepared, asked: str
) -> None:
    monkeypatch.setenv(OVERRIDE, asked)
    with pytest.raises(ValueError, match=f"NAPARI_FSRCNN_TILE must be .* not '{asked}'"):
        choose_tile(network, (5, 5))


def test_the_largest_maps_decide_on_the_size(make_model: Callable[..., Model]) -> None:
    fsrcnn = prepare(make_model(3, "fsrcnn", d=56, s=12, m=4).network, CPU)
    srcnn = prepare(make_model(3, "srcnn-915").network, CPU)
    assert (fsrcnn.maps, srcnn.maps) == (56, 9 * 64)
    assert tile_of(fsrcnn, 2**21) == (136, 272)
    assert tile_of(srcnn, 2**21) == (44, 88)
    assert tile_of(srcnn, 1) == (4, 8)


def test_tiles_at_once(network: Prepared) -> None:
    assert tiles_at_once(network, (16, 16)) == 1
    elsewhere = prepare(network, torch.device("meta"))
    assert tiles_at_once(elsewhere, (4096, 4096)) == 1
    assert tiles_at_once(elsewhere, (1024, 1024)) == 64 // network.maps


class Slow(Prepared):
    """Computes nothing: sleeps as long as is said for the size of a tile and how many came before."""

    def __init__(self, model: Model, seconds: Callable[[int, int], float]) -> None:
        super().__init__(model.network, CPU, "float32")
        self.seconds = seconds
        self.runs: list[int] = []

    def forward(self, lr: Tensor, edges: Edges = WHOLE) -> Tensor:
        del edges
        height, width = (length - 2 * self.halo for length in lr.shape[-2:])
        index = self.sizes.index((height, width))
        self.runs.append(index)
        time.sleep(self.seconds(index, len(self.runs)))
        return lr

    @property
    def sizes(self) -> list[Size]:
        return [tile_of(self, values) for values in tile_choice._TRIED_ON_THE_CPU]


@pytest.mark.parametrize("first", [1, 13, 21])
def test_noise_for_a_while_does_not_decide(model: Model, first: int) -> None:
    def seconds(_: int, run: int) -> float:
        return 0.1 if first <= run < first + 5 else 0.01

    network = Slow(model, seconds)
    assert try_tiles(network) == network.sizes[-1]


def test_a_size_that_takes_long_counts_and_is_the_last(model: Model) -> None:
    network = Slow(model, lambda index, _: (0.2, 0.31)[index])
    assert try_tiles(network) == network.sizes[1]
    assert set(network.runs) == {0, 1}


def test_a_size_that_memory_has_no_room_for_is_tried_once(model: Model) -> None:
    def seconds(index: int, _: int) -> float:
        if index == 2:
            raise torch.OutOfMemoryError
        return 0.0

    network = Slow(model, seconds)
    assert try_tiles(network) in network.sizes[:2]
    assert network.runs.count(2) == 1
    assert max(network.runs) == 2
    smallest = Slow(model, lambda *_: seconds(2, 0))
    assert try_tiles(smallest) == smallest.sizes[0]
