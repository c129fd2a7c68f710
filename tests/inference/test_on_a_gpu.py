"""Upscaling on a GPU: the plain network's numbers, in single precision to what it rounds off."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from napari_fsrcnn.inference.deviation import deviation
from napari_fsrcnn.inference.edges import INSIDE, WHOLE, Edges
from napari_fsrcnn.inference.fast_form import _fsrcnn, place
from napari_fsrcnn.inference.one_pass import OnePass
from napari_fsrcnn.inference.prepared import CPU, DTYPES, Precision, prepare
from napari_fsrcnn.inference.tile_choice import OVERRIDE
from napari_fsrcnn.inference.tiles import upscale_plane
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.inference.valid import Chain
from napari_fsrcnn.networks.fsrcnn import FSRCNN
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.single_precision import whole_single_precision
from napari_fsrcnn.weights.shipped import list_models, load_model

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")

GPU = torch.device("cuda:0")
MODELS = list_models()
ROUNDED = 5e-5
"""On noise, whose outputs go beyond [0, 1]; cuDNN's fast algorithms round more than the CPU's."""


def picture(height: int = 70, width: int = 93) -> torch.Tensor:
    return torch.rand(height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("tile", [(70, 93), (24, 32)], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_single_precision_equals_the_plain_network(name: str, tile: tuple[int, int]) -> None:
    network = load_model(name).network
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        found = upscale_plane(prepare(network, GPU), picture(), tile=tile, batch=4)
        # Left as they were, for others in this process.
        assert torch.backends.cuda.matmul.allow_tf32
        assert torch.backends.cudnn.allow_tf32
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    with torch.inference_mode():
        expected = as_module(network)(picture()[None, None])[0, 0]
    assert float((found - expected).abs().max()) < ROUNDED


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@pytest.mark.parametrize("name", MODELS)
def test_half_precision_deviates_by_no_more_than_it_has_digits_for(
    name: str, precision: Precision
) -> None:
    smooth = torch.nn.functional.interpolate(picture(30, 40)[None, None], size=(120, 160))
    image = (255 * smooth[0, 0]).byte().numpy()
    by = deviation(image, name, precision, rgb=False, value_range=(0, 255), device="cuda")
    # Of srcnn-955-x4, which deviates most; bf16 has 3 binary digits fewer than fp16.
    assert 0 < by < {"bf16": 0.16, "fp16": 0.02}[precision]


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("fsrcnn")])
@pytest.mark.parametrize(
    ("shape", "edges"), [((2, 1, 50, 150), INSIDE), ((1, 1, 33, 47), WHOLE)], ids=str
)
def test_one_pass_is_as_exact_as_single_layers(
    name: str, precision: Precision, shape: tuple[int, ...], edges: Edges
) -> None:
    network = load_model(name).network
    assert isinstance(network, FSRCNN)
    tiles = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    exact = prepare(network, CPU)(tiles, edges)
    ready = prepare(network, GPU, precision)
    assert any(isinstance(module, OnePass) for module in ready.modules())
    single = place(Chain(_fsrcnn(network)), GPU, DTYPES[precision])
    given = tiles.to(GPU, DTYPES[precision])
    by_single = float((single(given, edges).float().cpu() - exact).abs().max())
    assert 0 < float((ready(tiles, edges).cpu() - exact).abs().max()) < 1.5 * by_single


@pytest.mark.parametrize("precision", ["float32", "fp16"])
def test_what_is_recorded_gives_each_picture_its_own_result(precision: Precision) -> None:
    ready = prepare(load_model("fsrcnn-s-x2").network, GPU, precision)
    pictures = [torch.rand(1, 1, 20 + n // 6, 30) for n in range(12)]
    with whole_single_precision(GPU):
        expected = [ready.form(lr.to(GPU, DTYPES[precision]), WHOLE).float() for lr in pictures]
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(ready, pictures))
    assert ready._ready.recorded[WHOLE].replays
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-5)


def test_a_colour_picture_is_the_cpus_to_one_level() -> None:
    image = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    there, here = (
        upscale(image, "fsrcnn-x3", rgb=True, device=device).astype(int)
        for device in ("cuda", "cpu")
    )
    assert np.abs(there - here).max() <= 1


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "<u2", ">u2", "i2", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3)], ids=str)
def test_every_dtype_travels(
    shape: tuple[int, ...], dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OVERRIDE, "24x32")
    image = (np.random.default_rng(0).random(shape) * (1.9 if dtype == "?" else 90)).astype(dtype)
    there, here = (
        upscale(image, "fsrcnn-s-x2", rgb=len(shape) == 3, value_range=(0, 90), device=device)
        for device in ("cuda", "cpu")
    )
    assert there.dtype == here.dtype
    step = {"f": 0.1}.get(here.dtype.kind, 1)
    assert np.abs(there.astype(float) - here.astype(float)).max() <= step


@pytest.mark.parametrize("mebibytes", [200, 1])
def test_memory_that_runs_out_gives_smaller_tiles_and_the_same_result(mebibytes: int) -> None:
    ready = prepare(load_model("fsrcnn-x2").network, GPU)
    large = picture(600, 800)
    expected = upscale_plane(prepare(ready, CPU), large)
    notices: list[str] = []
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(mebibytes * 2**20 / total)
    try:
        found = upscale_plane(ready, large, tile=(600, 800), batch=1, notice=notices.append)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert float((found - expected).abs().max()) < ROUNDED
    assert notices
