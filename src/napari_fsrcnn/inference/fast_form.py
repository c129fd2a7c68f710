"""Each network in the form in which it runs fastest, with the same numbers."""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Iterator
from functools import cache
from typing import cast

import torch
from torch import Tensor, nn

from napari_fsrcnn.inference.blocks import Blocks
from napari_fsrcnn.inference.edges import WHOLE, Edges
from napari_fsrcnn.inference.one_pass import in_one_pass, suits_one_pass
from napari_fsrcnn.inference.valid import Chain, Form, Layer, ValidConvolution, edge_mode
from napari_fsrcnn.networks.bicubic import BicubicUpsample
from napari_fsrcnn.networks.convolution import Convolution
from napari_fsrcnn.networks.fsrcnn import FSRCNN
from napari_fsrcnn.networks.network import Network, as_module, freeze
from napari_fsrcnn.networks.srcnn import SRCNN

_USUAL_MAPS = 64
_ROUNDED = 0.15
"""Of the largest value, by which two forms in bf16 may differ on noise; wrong ones differ by all."""


class AsItIs(nn.Module):
    """A network that pads every side by itself, so that what its halo gives is cut off after it."""

    before = after = 0

    def __init__(self, network: Network) -> None:
        super().__init__()
        # Its maps are not known: as wide as this package's own.
        self.maps = _USUAL_MAPS * network.scale**2
        self.network = as_module(network)
        self.scale = network.scale

    def forward(self, maps: Tensor, edges: Edges) -> Tensor:  # noqa: ARG002 - as a chain's
        """Map ``(N, 1, H, W)`` to ``(N, 1, scale * H, scale * W)``."""
        return cast("Tensor", self.network(maps))


def fast_form(network: Network, device: torch.device, dtype: torch.dtype) -> Form:
    """Arrange a network's weights for speed, on a device.

    Parameters
    ----------
    network : Network
        It stays as it is. Only the architectures of this package have another form; those of other
        packages run as they are.
    device : torch.device
    dtype : torch.dtype
        In which it computes.
    """
    module = as_module(network)
    if isinstance(module, FSRCNN):
        form = place(Chain(_fsrcnn(module)), device, dtype)
        if (
            dtype == torch.float32
            or not _has_kernels(device)
            or not suits_one_pass(module.features)
        ):
            return form
        faster = place(Chain(_fsrcnn_in_one_pass(module)), device, dtype)
        return faster if _agree(faster, form, device, dtype) else form
    if isinstance(module, SRCNN):
        return place(Chain(_srcnn(module)), device, dtype)
    return place(AsItIs(network), device, dtype)


@cache
def bicubic_form(scale: int, device: torch.device) -> Form:
    """Arrange MATLAB's bicubic for speed, on a device."""
    return place(Chain([_bicubic(BicubicUpsample(scale))]), device, torch.float32)


def place(form: Form, device: torch.device, dtype: torch.dtype) -> Form:
    """Copy a form to a device, where it learns no more."""
    module = freeze(copy.deepcopy(cast("nn.Module", form)))
    return cast("Form", module.to(device=device, dtype=dtype))


def _has_kernels(device: torch.device) -> bool:
    if device.type != "cuda" or torch.version.hip or not importlib.util.find_spec("triton"):
        return False
    return torch.cuda.get_device_capability(device) >= (8, 0)


@torch.inference_mode()
def _agree(form: Form, usual: Form, device: torch.device, dtype: torch.dtype) -> bool:
    """Try a form on a small tile, for which its kernels are compiled unless they were before.

    There may be no compiler of C for Triton to start them with, or no room for as many maps, or they
    may be compiled wrongly: whatever it is, the usual form does the same.
    """
    tile = torch.rand(1, 1, 9, 70, generator=torch.Generator().manual_seed(0)).to(device, dtype)
    expected = usual(tile, WHOLE).float()
    try:
        difference = (form(tile, WHOLE).float() - expected).abs().max()
        return bool(difference < _ROUNDED * expected.abs().max())
    except Exception:  # noqa: BLE001 - as said above
        return False


def _fsrcnn(network: FSRCNN) -> Iterator[Layer]:
    for convolution, activation in zip(network.features[::2], network.features[1::2], strict=True):
        yield ValidConvolution(cast("Convolution", convolution), activation)
    yield _deconvolution(network)


def _fsrcnn_in_one_pass(network: FSRCNN) -> Iterator[Layer]:
    yield from in_one_pass(network.features)
    yield _deconvolution(network)


def _deconvolution(network: FSRCNN) -> Blocks:
    last = network.deconvolution
    return Blocks(last.subpixel_weight(), last.bias, network.scale, -last.first, last.padding_mode)


def _srcnn(network: SRCNN) -> Iterator[Layer]:
    yield _bicubic(network.bicubic)
    for convolution in (network.extract, network.map):
        yield ValidConvolution(convolution, nn.ReLU(inplace=True))
    last = network.reconstruct
    assert last.bias is not None  # noqa: S101 - given to it by its network
    reach = last.kernel_size[0] // 2
    yield Blocks(last.weight, last.bias, 1, reach, edge_mode(last))


def _bicubic(upsample: BicubicUpsample) -> Blocks:
    kernel = upsample.kernel
    return Blocks(kernel, kernel.new_zeros(1), upsample.scale, upsample.halo, "mirror")
