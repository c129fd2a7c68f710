"""The sub-pixel form of the deconvolution against torch's own transposed convolution."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from napari_fsrcnn.networks.convolution import PaddingMode
from napari_fsrcnn.networks.deconvolution import Deconvolution


def random_layer(
    channels: int, scale: int, padding: int, padding_mode: PaddingMode = "zeros"
) -> Deconvolution:
    layer = Deconvolution(channels, scale, padding, padding_mode).double()
    torch.manual_seed(3)
    torch.nn.init.normal_(layer.weight)
    torch.nn.init.normal_(layer.bias)
    return layer


def by_definition(layer: Deconvolution, features: Tensor) -> Tensor:
    """Every LR pixel adds its kernel into HR; what is cut away depends on the padding."""
    scale, padding = layer.scale, layer.padding
    height, width = (scale * length for length in features.shape[-2:])
    everything = functional.conv_transpose2d(features, layer.weight, layer.bias, stride=scale)
    below = [scale * n + padding for n in features.shape[-2:]]
    missing = [max(0, below[axis] - everything.shape[2 + axis]) for axis in (0, 1)]
    everything = functional.pad(everything - layer.bias, (0, missing[1], 0, missing[0]))
    return everything[..., padding : padding + height, padding : padding + width] + layer.bias


@given(
    channels=st.integers(1, 3),
    scale=st.integers(2, 8),
    padding=st.integers(0, 8),
    height=st.integers(1, 6),
    width=st.integers(1, 6),
)
def test_it_is_a_transposed_convolution_borders_included(
    channels: int, scale: int, padding: int, height: int, width: int
) -> None:
    layer = random_layer(channels, scale, padding)
    features = torch.randn(2, channels, height, width, dtype=torch.float64)
    torch.testing.assert_close(layer(features), by_definition(layer, features))


@given(
    scale=st.integers(2, 8),
    padding=st.integers(0, 8),
    height=st.integers(1, 6),
    width=st.integers(1, 6),
)
def test_replicated_maps_go_on_beyond_the_borders_with_their_last_values(
    scale: int, padding: int, height: int, width: int
) -> None:
    layer = random_layer(2, scale, padding, "replicate")
    features = torch.randn(1, 2, height, width, dtype=torch.float64)
    wider = functional.pad(features, (layer.halo,) * 4, mode="replicate")
    border = scale * layer.halo
    rows, columns = (slice(border, border + scale * length) for length in (height, width))
    expected = by_definition(layer, wider)[..., rows, columns]
    torch.testing.assert_close(layer(features), expected)


@pytest.mark.parametrize(
    ("scale", "padding"), [(2, 4), (3, 3), (3, 4), (4, 3), (4, 4), (5, 4), (8, 4)]
)
def test_it_has_the_weights_of_torch_s_module(scale: int, padding: int) -> None:
    layer = random_layer(5, scale, padding).float()
    peer = torch.nn.ConvTranspose2d(
        5, 1, 9, stride=scale, padding=padding, output_padding=scale + 2 * padding - 9
    )
    peer.load_state_dict(layer.state_dict())
    features = torch.randn(1, 5, 7, 4)
    torch.testing.assert_close(layer(features), peer(features))


def test_gradients_are_those_of_a_transposed_convolution() -> None:
    layer = random_layer(2, 3, 3)
    features = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    target = torch.randn(1, 1, 12, 15, dtype=torch.float64)
    inputs = (layer.weight, layer.bias, features)
    ours = torch.autograd.grad((layer(features) - target).square().sum(), inputs)
    theirs = torch.autograd.grad((by_definition(layer, features) - target).square().sum(), inputs)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    ("scale", "padding", "taps"), [(2, 4, 5), (3, 3, 3), (3, 4, 4), (4, 4, 3), (8, 4, 2)]
)
def test_it_costs_no_more_taps_than_needed(scale: int, padding: int, taps: int) -> None:
    layer = random_layer(2, scale, padding)
    assert layer.subpixel_weight().shape == (scale**2, 2, taps, taps)


@pytest.mark.parametrize("scale", range(2, 9))
@pytest.mark.parametrize("padding", [3, 4])
def test_the_halo_is_what_a_pixel_depends_on(scale: int, padding: int) -> None:
    layer = random_layer(1, scale, padding)
    features = torch.zeros(1, 1, 21, 21, dtype=torch.float64)
    features[..., 10, 10] = 1
    changed = torch.nonzero(layer(features)[0, 0] - layer.bias)
    reach = (torch.div(changed, scale, rounding_mode="floor") - 10).abs().max()
    assert reach == layer.halo


@pytest.mark.parametrize(("scale", "padding"), [(2, 4), (3, 3), (3, 4)])
def test_the_bilinear_kernel_interpolates(scale: int, padding: int) -> None:
    layer = Deconvolution(1, scale, padding).double()
    with torch.no_grad():
        layer.weight[0, 0] = layer.bilinear_kernel()
    rows = torch.arange(9.0, dtype=torch.float64)
    ramp = rows[:, None] + 3 * rows
    enlarged = layer(ramp[None, None])[0, 0]
    positions = (torch.arange(9 * scale) + 0.5) / scale - 0.5
    expected = positions[:, None] + 3 * positions
    inside = slice(scale, -scale)
    torch.testing.assert_close(enlarged[inside, inside], expected[inside, inside].double())


@pytest.mark.parametrize("scale", range(2, 9))
@pytest.mark.parametrize("padding", [3, 4])
def test_the_bilinear_kernel_keeps_a_constant(scale: int, padding: int) -> None:
    layer = Deconvolution(1, scale, padding).double()
    with torch.no_grad():
        layer.weight[0, 0] = layer.bilinear_kernel()
    constant = torch.full((1, 1, 9, 9), 5.0, dtype=torch.float64)
    enlarged = layer(constant)
    torch.testing.assert_close(enlarged, torch.full_like(enlarged, 5.0))


@pytest.mark.parametrize("scale", range(2, 9))
@pytest.mark.parametrize("padding", range(9))
def test_the_bilinear_kernel_is_made_of_numbers(scale: int, padding: int) -> None:
    kernel = Deconvolution(1, scale, padding).bilinear_kernel()
    assert kernel.isfinite().all()
    assert kernel.max() > 0


@pytest.mark.parametrize("padding", [-1, 9])
def test_a_padding_beyond_the_kernel_is_refused(padding: int) -> None:
    with pytest.raises(ValueError, match="deconv_padding must be from 0 to 8"):
        Deconvolution(1, 2, padding)
