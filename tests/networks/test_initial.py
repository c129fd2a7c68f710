import pytest
import torch
from torch import nn

from napari_fsrcnn.networks.initial import (
    layers_of,
    start_as_published,
    start_near_interpolation,
)
from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.networks.srcnn import SRCNN


def built(name: str, scale: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return as_module(get_architecture(name).build(scale))


@pytest.mark.parametrize("name", ["fsrcnn", "srcnn-915"])
@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_the_start_is_near_interpolation(name: str, scale: int) -> None:
    network = built(name, scale)
    start_near_interpolation(network)
    y, x = torch.meshgrid(torch.arange(24.0), torch.arange(24.0), indexing="ij")
    lr = (0.5 + 0.3 * torch.sin(y / 3) * torch.cos(x / 4))[None, None]
    bicubic = nn.functional.interpolate(lr, scale_factor=scale, mode="bicubic")
    both = torch.stack([network(lr).flatten(), bicubic.flatten()])
    # Random weights give any correlation from -1 to 1, in the mean none.
    assert torch.corrcoef(both)[0, 1] > 0.8


@torch.no_grad()
def test_none_of_srcnn_s_filters_is_off_in_every_picture() -> None:
    network = built("srcnn-955")
    start_near_interpolation(network)
    assert isinstance(network, SRCNN)
    lr = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(3))
    extracted = torch.relu(network.extract(network.bicubic(lr)))
    mapped = torch.relu(network.map(extracted))
    for maps in (extracted, mapped):
        assert (maps.amax((0, 2, 3)) > 0).all()


def test_the_published_start_of_fsrcnn() -> None:
    network = built("fsrcnn")
    start_as_published(network)
    *convolutions, deconvolution = layers_of(network)
    assert float(deconvolution.weight.detach().std()) == pytest.approx(0.001, rel=0.05)
    for layer in convolutions:
        expected = (2 / (1 + 0.25**2) / layer.weight[0].numel()) ** 0.5
        assert float(layer.weight.detach().std()) == pytest.approx(expected, rel=0.2)
        assert layer.bias is not None
        assert not layer.bias.any()


def test_the_published_start_of_srcnn() -> None:
    network = built("srcnn-955")
    start_as_published(network)
    for layer in layers_of(network):
        assert float(layer.weight.detach().std()) == pytest.approx(0.001, rel=0.1)
