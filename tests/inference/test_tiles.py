"""Tiles: together exactly the whole, counted, and stopped between two of them."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.conftest import torch_threads

from napari_fsrcnn.inference.prepared import CPU, Prepared, prepare
from napari_fsrcnn.inference.tiles import UpscaleStopped, count_tiles, upscale_plane
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.model import Model

MakeModel = Callable[..., Model]

MODES = st.sampled_from(["replicate", "zeros"])
architectures: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(
        st.just("fsrcnn"),
        st.fixed_dictionaries(
            {
                "m": st.integers(0, 3),
                "padding_mode": MODES,
                "deconv_padding": st.integers(0, 8),
                "prelu": st.sampled_from(["channel", "layer"]),
            }
        ),
    ),
    st.tuples(
        st.just("srcnn-915"),
        st.fixed_dictionaries(
            {
                "kernels": st.sampled_from([(9, 1, 5), (3, 3, 1), (5, 5, 3)]),
                "padding_mode": MODES,
            }
        ),
    ),
)


@pytest.fixture(scope="session")
def network(model: Model) -> Prepared:
    return prepare(model.network, CPU)


@settings(max_examples=150)
@given(
    architecture=architectures,
    scale=st.integers(2, 5),
    height=st.integers(1, 30),
    width=st.integers(1, 30),
    tile=st.tuples(st.integers(1, 16), st.integers(1, 16)),
    batch=st.integers(1, 4),
    threads=st.sampled_from([1, 3]),
)
def test_tiles_equal_the_plain_network(
    make_model: MakeModel,
    architecture: tuple[str, dict[str, Any]],
    scale: int,
    height: int,
    width: int,
    tile: tuple[int, int],
    batch: int,
    threads: int,
) -> None:
    name, hyperparameters = architecture
    plain = make_model(scale, name, **hyperparameters).network
    plane = torch.rand(height, width)
    with torch.inference_mode():
        whole = as_module(plain)(plane[None, None])[0, 0]
    # A tile of one pixel is run for every pixel: a few of them show as much as hundreds.
    tile = (max(tile[0], height // 4), max(tile[1], width // 4))
    with torch_threads(threads):
        tiled = upscale_plane(prepare(plain, CPU), plane, tile=tile, batch=batch)
    assert tiled.shape == (scale * height, scale * width)
    torch.testing.assert_close(tiled, whole, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["fsrcnn", "srcnn-915"])
def test_each_pixel_of_the_halo_is_needed(make_model: MakeModel, name: str) -> None:
    network = prepare(make_model(2, name).network, CPU)
    assert network.halo == network.before / 2 == network.after / 2
    plane = torch.rand(40, 40)
    nearer = plane.clone()
    nearer[20 - network.halo] += 1
    farther = plane.clone()
    farther[19 - network.halo] += 1
    rows = slice(40, 60)
    before, near, far = (
        upscale_plane(network, each, tile=(20, 40))[rows] for each in (plane, nearer, farther)
    )
    assert not torch.equal(near, before)
    assert torch.equal(far, before)


@given(height=st.integers(1, 25), width=st.integers(1, 25), tile=st.integers(6, 30))
def test_each_tile_is_announced_and_counted(
    model: Model, height: int, width: int, tile: int
) -> None:
    network = prepare(model.network, CPU)
    announced: list[bool] = []
    upscale_plane(
        network,
        torch.zeros(height, width),
        tile=(tile, 2 * tile),
        after_tile=lambda: announced.append(True),
    )
    assert len(announced) == network.counters.tiles == count_tiles(height, width, (tile, 2 * tile))


def test_no_more_is_copied_than_tiles_with_their_halo_and_the_result(network: Prepared) -> None:
    ready = prepare(network, CPU)
    upscale_plane(ready, torch.zeros(60, 100), tile=(30, 50))
    halo = ready.halo
    assert ready.counters.pixels == 4 * (30 + halo) * (50 + halo)
    assert ready.counters.copied == 4 * (ready.counters.pixels + 2 * 60 * 2 * 100)


def test_it_stops_before_the_first_tile(network: Prepared) -> None:
    stop = threading.Event()
    stop.set()
    announced: list[bool] = []
    with pytest.raises(UpscaleStopped, match="stopped"):
        upscale_plane(
            network, torch.zeros(4, 4), after_tile=lambda: announced.append(True), stop=stop
        )
    assert announced == []


def test_it_stops_between_two_tiles(network: Prepared) -> None:
    stop = threading.Event()
    done: list[int] = []

    def after_tile() -> None:
        done.append(1)
        if len(done) == 2:
            stop.set()

    with pytest.raises(UpscaleStopped):
        upscale_plane(network, torch.zeros(20, 4), tile=(4, 4), after_tile=after_tile, stop=stop)
    assert len(done) == 2


@pytest.fixture
def two_threads() -> Iterator[None]:
    with torch_threads(2):
        yield


@pytest.mark.usefixtures("two_threads")
def test_threads_have_tiles_of_their_own_and_the_result_is_the_same(model: Model) -> None:
    plane = torch.rand(50, 70)
    expected = upscale_plane(prepare(model.network, CPU), plane, tile=(50, 70))
    network, inside = prepare(model.network, CPU), []
    network.form.register_forward_hook(lambda *_: inside.append(torch.get_num_threads()))
    done: list[int] = []
    found = upscale_plane(network, plane, tile=(10, 10), after_tile=lambda: done.append(1))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert len(done) == network.counters.tiles == 35
    assert inside == [1] * 35
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_threads_stop_as_well(model: Model) -> None:
    network, stop = prepare(model.network, CPU), threading.Event()
    network.form.register_forward_hook(lambda *_: stop.set())
    with pytest.raises(UpscaleStopped):
        upscale_plane(network, torch.zeros(400, 4), tile=(4, 4), stop=stop)
    # What each of the two had begun.
    assert 1 <= network.counters.tiles <= 2


def test_the_plane_is_left_as_it_was(network: Prepared) -> None:
    plane = torch.rand(9, 7)
    before = plane.clone()
    result = upscale_plane(network, plane, tile=(4, 4))
    assert torch.equal(plane, before)
    assert result.device == CPU
    assert result.dtype == torch.float32
