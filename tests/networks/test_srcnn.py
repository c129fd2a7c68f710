"""SRCNN against its paper's weight counts and a plain network of torch's own functions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.networks.convolution import PaddingMode
from napari_fsrcnn.networks.srcnn import SRCNN


def plain_srcnn(network: SRCNN, lr: Tensor) -> Tensor:
    """Run the paper's layers with torch's own functions on the network's weights."""
    image = torch.from_numpy(imresize(lr.numpy(), network.scale))
    mode = {"replicate": "replicate", "zeros": "constant"}[
        str(network.hyperparameters["padding_mode"])
    ]
    for layer, rectify in (("extract", True), ("map", True), ("reconstruct", False)):
        weight, bias = (network.state_dict()[f"{layer}.{kind}"] for kind in ("weight", "bias"))
        padded = functional.pad(image, [weight.shape[-1] // 2] * 4, mode=mode)
        image = functional.conv2d(padded, weight, bias)
        image = image.relu() if rectify else image
    return image


@pytest.mark.parametrize(
    ("kernels", "convolutions", "everything"),
    [((9, 1, 5), 8_032, 8_129), ((9, 3, 5), 24_416, 24_513), ((9, 5, 5), 57_184, 57_281)],
)
def test_weight_counts_of_the_paper(
    kernels: tuple[int, int, int], convolutions: int, everything: int
) -> None:
    network = SRCNN(3, kernels)
    assert sum(parameter.numel() for parameter in network.parameters()) == everything
    assert sum(p.numel() for p in network.parameters() if p.ndim == 4) == convolutions


@settings(max_examples=25)
@given(
    scale=st.integers(2, 8),
    kernels=st.sampled_from([(9, 1, 5), (9, 3, 5), (1, 3, 1)]),
    padding_mode=st.sampled_from(["replicate", "zeros"]),
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
def test_it_is_the_paper_s_network_in_both_conventions(
    scale: int, kernels: tuple[int, int, int], padding_mode: PaddingMode, size: tuple[int, int]
) -> None:
    torch.manual_seed(12)
    network = SRCNN(scale, kernels, padding_mode)
    lr = torch.rand(2, 1, *size)
    enlarged = network(lr)
    assert enlarged.shape == (2, 1, scale * size[0], scale * size[1])
    torch.testing.assert_close(enlarged, plain_srcnn(network, lr), rtol=0, atol=1e-6)


def test_bicubic_is_no_part_of_the_weights() -> None:
    names = set(SRCNN(2).state_dict())
    layers = ("extract", "map", "reconstruct")
    assert names == {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}


def test_it_computes_in_double_too() -> None:
    network = SRCNN(2, (9, 1, 5)).double()
    lr = torch.rand(1, 1, 4, 4, dtype=torch.float64)
    np.testing.assert_allclose(
        network(lr).detach(), network.float()(lr.float()).detach(), atol=1e-5
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kernels": (9, 5)},
        {"kernels": (9, 2, 5)},
        {"kernels": (9, -1, 5)},
        {"padding_mode": "mirror"},
    ],
)
def test_hyperparameters_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SRCNN(2, **wrong)  # type: ignore[arg-type]
