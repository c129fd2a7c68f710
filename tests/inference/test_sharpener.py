"""What there is at once, and the rest in a thread: nothing that nobody looks at any more."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.inference.conftest import torch_threads, wait_until

from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.inference.block_upscaler import Block
from napari_fsrcnn.inference.on_demand import OnDemand
from napari_fsrcnn.inference.sharpener import Sharpener
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.inference.upscaled_blocks import Index, UpscaledBlocks, upscaled_blocks
from napari_fsrcnn.weights.model import Model

SIDE = 8
STACK = np.random.default_rng(3).integers(0, 256, (6, 24, 24), np.uint8)


class Watched:
    """A sharpener of the stack that waits to be let go, and what it calls."""

    def __init__(
        self, model: Model, image: NDArray[Any], *, limit: int = 10**9, side: int = SIDE
    ) -> None:
        self.image, self.shape, self.dtype = image, image.shape, image.dtype
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.read: list[Any] = []
        self.threads: list[tuple[int, int]] = []
        self.sentences: list[str] = []
        self.notices: list[str] = []
        self.came = threading.Semaphore(0)
        cache = BlockCache(limit)
        prepared = upscaled_blocks(image, model, cache, rgb=False, device="cpu")
        self.blocks = UpscaledBlocks(
            self, prepared.upscaler, model.scale, model.halo, cache, side=side
        )
        self.sharpener = Sharpener(self.blocks, self.came.release, self._fail, self.notices.append)
        self.picture = OnDemand(self.blocks)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        if threading.current_thread() is not threading.main_thread():
            self.begun.set()
            assert self.gate.wait(60)
            self.read.append(key[0].start)
            self.threads.append((threading.get_ident(), torch.get_num_threads()))
        region: NDArray[Any] = self.image[key]
        return region

    def all_known(self, blocks: list[Index]) -> bool:
        return all(self.blocks.known(block) is not None for block in blocks)

    def wait(self, count: int) -> None:
        for _ in range(count):
            assert self.came.acquire(timeout=60)

    def _fail(self, sentence: str) -> None:
        self.sentences.append(sentence)
        self.came.release()


@pytest.fixture(scope="module")
def model(make_model: Callable[..., Model]) -> Model:
    return make_model()


@pytest.fixture
def watched(model: Model) -> Iterator[Watched]:
    each = Watched(model, STACK)
    yield each
    each.gate.set()
    each.sharpener.close()


def test_rough_at_once_then_sharp(watched: Watched, model: Model) -> None:
    view = watched.picture[2, 4:30, 4:30]
    rough = STACK[2].repeat(2, 0).repeat(2, 1)[4:30, 4:30]
    np.testing.assert_array_equal(watched.sharpener.look(view), rough)
    assert not watched.sharpener.sharp
    watched.gate.set()
    watched.wait(4)
    assert watched.sharpener.sharp
    sharp = watched.sharpener.look(view)
    np.testing.assert_array_equal(sharp, np.asarray(view))
    expected = upscale(STACK, model, device="cpu")[2, 4:30, 4:30]
    assert np.abs(sharp.astype(int) - expected).max() <= 1
    assert set(watched.read) == {2}


def test_each_thread_computes_its_block_alone(model: Model) -> None:
    watched = Watched(model, STACK)
    with torch_threads(3):
        try:
            watched.gate.set()
            watched.sharpener.look(watched.picture[0])
            wait_until(lambda: watched.sharpener.sharp)
        finally:
            watched.sharpener.close()
        assert torch.get_num_threads() == 3
    assert len({thread for thread, _ in watched.threads}) <= 3
    assert {count for _, count in watched.threads} == {1}


def test_what_nobody_looks_at_any_more_is_not_begun(watched: Watched) -> None:
    for rows, columns in (
        (slice(32), slice(32)),
        (slice(32, 48), slice(48)),
        (slice(32), slice(32, 48)),
    ):
        watched.sharpener.look(watched.picture[0, rows, columns])
        assert watched.begun.wait(60)
    watched.gate.set()
    watched.wait(2)
    watched.sharpener.close()
    # And of the first view what had begun: a block in each thread.
    assert 3 <= len(watched.read) <= 2 + torch.get_num_threads()


def test_the_next_planes_are_computed_ahead(watched: Watched) -> None:
    watched.gate.set()
    for plane in (1, 2):
        watched.sharpener.look(watched.picture[plane, :16, :16])
        wait_until(lambda: watched.sharpener.sharp)
    for plane in (3, 4, 5, 0):
        ahead = watched.picture[plane, :16, :16]
        blocks = [part.block for part in ahead.parts()]
        wait_until(partial(watched.all_known, blocks))
        assert watched.sharpener.look(ahead).tobytes() == np.asarray(ahead).tobytes()


def test_those_of_a_long_film_are_computed_by_another_process(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = np.concatenate([STACK, STACK, STACK])
    watched = Watched(model, film)
    watched.gate.set()
    for plane in (0, 1):
        watched.sharpener.look(watched.picture[plane, :16, :16])
    helpers = watched.sharpener._helpers
    assert helpers is not None
    wait_until(lambda: helpers.ready)
    beside: list[Index] = []
    upscale_beside = helpers._upscale_beside

    def note(region: NDArray[Any], block: Block, notice: Any) -> NDArray[Any] | None:
        upscaled = upscale_beside(region, block, notice)
        assert upscaled is not None
        beside.append(block.index)
        return upscaled

    monkeypatch.setattr(helpers, "_upscale_beside", note)
    watched.sharpener.look(watched.picture[0, :16, :16])
    wait_until(lambda: watched.sharpener.sharp)
    # The planes behind the last one: none of them was looked at, or computed ahead.
    watched.blocks.drop()
    watched.sharpener.look(watched.picture[12, :16, :16])
    watched.sharpener.look(watched.picture[13, :16, :16])
    coming = [part.block for part in watched.picture[14, :16, :16].parts()]
    wait_until(partial(watched.all_known, coming))
    assert set(coming) <= set(beside)
    shown = np.asarray(watched.picture[14, :16, :16])
    watched.sharpener.close()
    wait_until(lambda: not helpers.ready)
    expected = upscale(film[14], model, device="cpu")[:16, :16]
    assert np.abs(shown.astype(int) - expected).max() <= 1


def test_a_plane_of_a_film_is_waited_for(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes soon is drawn at once, not first rough and then sharp."""
    monkeypatch.setattr("napari_fsrcnn.inference.sharpener.PATIENCE", 60)
    watched.gate.set()
    watched.sharpener.look(watched.picture[1, :16, :16])
    wait_until(lambda: watched.sharpener.sharp)
    view = watched.picture[4, :16, :16]
    np.testing.assert_array_equal(watched.sharpener.look(view), np.asarray(view))


def test_a_view_larger_than_the_cache_becomes_sharp(model: Model) -> None:
    watched = Watched(model, STACK, limit=600)
    watched.gate.set()
    view = watched.picture[0]
    watched.sharpener.look(view)
    watched.wait(9)
    read = len(watched.read)
    np.testing.assert_array_equal(watched.sharpener.look(view), np.asarray(view))
    assert watched.sharpener.sharp
    assert watched.blocks.cache.nbytes <= 600
    assert read == 9
    watched.sharpener.close()


def test_what_cannot_be_computed_is_told_and_stays_rough(model: Model) -> None:
    image = STACK.astype(np.float32)
    watched = Watched(model, image)
    image[0, 20, 20] = np.nan
    watched.gate.set()
    view = watched.picture[0]
    watched.sharpener.look(view)
    watched.wait(9)
    assert watched.sharpener.sharp
    shown = watched.sharpener.look(view)
    assert len(watched.sentences) == 4  # it lies in the halo of others
    assert all("NaN" in sentence for sentence in watched.sentences)
    assert np.isnan(shown).sum() == 4
    np.testing.assert_array_equal(shown[:16], np.asarray(view[:16]))
    watched.sharpener.close()


@pytest.mark.usefixtures("little_memory")
def test_short_memory_is_told(model: Model) -> None:
    watched = Watched(model, STACK, side=24)
    watched.gate.set()
    watched.sharpener.look(watched.picture[1])
    watched.wait(1)
    assert watched.sharpener.sharp
    assert [notice[:20] for notice in watched.notices] == ["Memory ran out with "]
    assert watched.sentences == []
    watched.sharpener.close()


def test_closed_it_frees_all_and_can_begin_anew(watched: Watched) -> None:
    watched.gate.set()
    view = watched.picture[1, :16, :16]
    watched.sharpener.look(view)
    watched.wait(1)
    watched.sharpener.close()
    assert watched.blocks.cache.nbytes == 0
    assert watched.sharpener.look(view).shape == (16, 16)
    watched.wait(1)
    assert watched.sharpener.sharp
