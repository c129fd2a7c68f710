"""Tiles: together exactly the whole, counted, and stopped between two of them."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fsrcnn.inference.tiles import (
    UpscaleStopped,
    count_tiles,
    prepare,
    spans,
    upscale_plane,
)
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.weights.model import Model

CPU = torch.device("cpu")
MakeModel = Callable[..., Model]

architectures: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(
        st.just("fsrcnn"),
        st.fixed_dictionaries(
            {
                "m": st.integers(0, 3),
                "padding_mode": st.sampled_from(["replicate", "zeros"]),
                "deconv_padding": st.sampled_from([3, 4]),
            }
        ),
    ),
    st.tuples(
        st.just("srcnn-915"),
        st.fixed_dictionaries(
            {
                "kernels": st.sampled_from([(9, 1, 5), (3, 3, 1)]),
                "padding_mode": st.sampled_from(["replicate", "zeros"]),
            }
        ),
    ),
)


@given(length=st.integers(1, 60), tile=st.integers(1, 70), halo=st.integers(0, 12))
def test_spans_write_each_pixel_once_and_read_the_halo(length: int, tile: int, halo: int) -> None:
    found = list(spans(length, tile, halo))
    written = [pixel for span in found for pixel in range(span.start, span.stop)]
    assert written == list(range(length))
    for span in found:
        assert span.stop - span.start <= tile
        assert span.read_start == max(span.start - halo, 0)
        assert span.read_stop == min(span.stop + halo, length)


@settings(max_examples=80)
@given(
    architecture=architectures,
    scale=st.integers(2, 4),
    height=st.integers(1, 30),
    width=st.integers(1, 30),
    tile=st.tuples(st.integers(1, 16), st.integers(1, 16)),
)
def test_tiles_equal_the_whole(
    make_model: MakeModel,
    architecture: tuple[str, dict[str, Any]],
    scale: int,
    height: int,
    width: int,
    tile: tuple[int, int],
) -> None:
    name, hyperparameters = architecture
    network = prepare(make_model(scale, name, **hyperparameters).network, CPU)
    plane = torch.rand(height, width)
    with torch.inference_mode():
        whole = as_module(network)(plane[None, None])[0, 0]
    # A tile of one pixel is run for every pixel: a few of them show as much as hundreds.
    tile = (max(tile[0], height // 4), max(tile[1], width // 4))
    tiled = upscale_plane(network, plane, tile=tile)
    assert tiled.shape == (scale * height, scale * width)
    torch.testing.assert_close(tiled, whole, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["fsrcnn", "srcnn-915"])
def test_a_narrower_halo_would_show(make_model: MakeModel, name: str) -> None:
    network = prepare(make_model(2, name).network, CPU)
    plane = torch.rand(24, 24)
    whole = upscale_plane(network, plane)
    network.halo -= 1
    assert not torch.allclose(upscale_plane(network, plane, tile=(9, 9)), whole, atol=1e-5)


@given(height=st.integers(1, 25), width=st.integers(1, 25), tile=st.integers(6, 30))
def test_each_tile_is_announced(model: Model, height: int, width: int, tile: int) -> None:
    announced: list[bool] = []
    upscale_plane(
        model.network,
        torch.zeros(height, width),
        tile=(tile, 2 * tile),
        after_tile=lambda: announced.append(True),
    )
    assert len(announced) == count_tiles(height, width, (tile, 2 * tile))


def test_it_stops_before_the_first_tile(model: Model) -> None:
    stop = threading.Event()
    stop.set()
    announced: list[bool] = []
    with pytest.raises(UpscaleStopped, match="stopped"):
        upscale_plane(
            model.network,
            torch.zeros(4, 4),
            after_tile=lambda: announced.append(True),
            stop=stop,
        )
    assert announced == []


def test_it_stops_between_two_tiles(model: Model) -> None:
    stop = threading.Event()
    done: list[int] = []

    def after_tile() -> None:
        done.append(1)
        if len(done) == 2:
            stop.set()

    with pytest.raises(UpscaleStopped):
        upscale_plane(
            model.network, torch.zeros(20, 4), tile=(4, 4), after_tile=after_tile, stop=stop
        )
    assert len(done) == 2


def test_preparing_leaves_the_model_alone(make_model: MakeModel) -> None:
    network = make_model().network
    as_module(network).train().requires_grad_(True)
    ready = prepare(network, CPU)
    assert ready is not network
    assert as_module(network).training
    assert not as_module(ready).training
    assert all(parameter.requires_grad for parameter in as_module(network).parameters())
    assert not any(parameter.requires_grad for parameter in as_module(ready).parameters())
    for one, other in zip(
        as_module(network).parameters(), as_module(ready).parameters(), strict=True
    ):
        assert one.data_ptr() != other.data_ptr()
        assert torch.equal(one, other)
    assert (ready.scale, ready.halo) == (network.scale, network.halo)


def test_the_plane_is_left_as_it_was(model: Model) -> None:
    plane = torch.rand(9, 7)
    before = plane.clone()
    result = upscale_plane(model.network, plane, tile=(4, 4))
    assert torch.equal(plane, before)
    assert result.device == CPU
    assert result.dtype == torch.float32
