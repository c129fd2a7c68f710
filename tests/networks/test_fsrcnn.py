"""FSRCNN against its paper's weight counts and a plain network of torch's own modules."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.networks.convolution import PaddingMode
from napari_fsrcnn.networks.fsrcnn import FSRCNN, PReLUSlopes


def randomise(network: nn.Module) -> None:
    torch.manual_seed(11)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.2)


def plain_fsrcnn(network: FSRCNN, lr: Tensor) -> Tensor:
    """Run the paper's layers with torch's own functions on the network's weights."""
    values = iter(network.state_dict().values())
    mode = {"replicate": "replicate", "zeros": "constant"}[
        str(network.hyperparameters["padding_mode"])
    ]
    for _ in range(3 + int(network.hyperparameters["m"])):
        weight, bias, slopes = next(values), next(values), next(values)
        margin = weight.shape[-1] // 2
        padded = functional.pad(lr, [margin] * 4, mode=mode)
        lr = functional.prelu(functional.conv2d(padded, weight, bias), slopes)
    scale, padding = network.scale, int(network.hyperparameters["deconv_padding"])
    kernel, bias = next(values), next(values)
    beyond = 9  # LR pixels: more than the kernel reaches
    enlarged = functional.conv_transpose2d(
        functional.pad(lr, [beyond] * 4, mode=mode),
        kernel,
        bias,
        stride=scale,
        padding=padding,
        output_padding=scale + 2 * padding - 9,
    )
    return functional.pad(enlarged, [-scale * beyond] * 4)


@pytest.mark.parametrize(
    ("d", "s", "m", "convolutions", "everything"),
    [(56, 12, 4, 12_464, 12_809), (32, 5, 1, 3_937, 4_086)],
)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_weight_counts_of_the_paper(
    d: int, s: int, m: int, convolutions: int, everything: int, scale: int
) -> None:
    network = FSRCNN(scale, d, s, m)
    counts = [parameter.numel() for parameter in network.parameters()]
    assert sum(counts) == everything
    assert sum(p.numel() for p in network.parameters() if p.ndim == 4) == convolutions


def test_the_default_is_the_paper_s_network() -> None:
    assert FSRCNN(3).hyperparameters == {
        "d": 56,
        "s": 12,
        "m": 4,
        "padding_mode": "replicate",
        "deconv_padding": 3,
        "prelu": "channel",
    }
    assert FSRCNN(2).hyperparameters["deconv_padding"] == 4
    assert FSRCNN(4).hyperparameters["deconv_padding"] == 4


def test_one_slope_a_layer() -> None:
    network = FSRCNN(2, prelu="layer")
    slopes = [module.weight.numel() for module in network.modules() if isinstance(module, nn.PReLU)]
    assert slopes == [1] * 7


@settings(max_examples=60)
@given(
    scale=st.integers(2, 8),
    widths=st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(0, 3)),
    padding_mode=st.sampled_from(["replicate", "zeros"]),
    deconv_padding=st.sampled_from([3, 4]),
    prelu=st.sampled_from(["channel", "layer"]),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_it_is_the_paper_s_network_in_every_convention(
    scale: int,
    widths: tuple[int, int, int],
    padding_mode: PaddingMode,
    deconv_padding: int,
    prelu: PReLUSlopes,
    size: tuple[int, int],
) -> None:
    deconv_padding = 4 if scale == 2 else deconv_padding  # torch refuses the other one
    network = FSRCNN(scale, *widths, padding_mode, deconv_padding, prelu).double()
    randomise(network)
    lr = torch.rand(2, 1, *size, dtype=torch.float64)
    enlarged = network(lr)
    assert enlarged.shape == (2, 1, scale * size[0], scale * size[1])
    torch.testing.assert_close(enlarged, plain_fsrcnn(network, lr))


@pytest.mark.parametrize(
    "wrong",
    [
        {"prelu": "chanel"},
        {"padding_mode": "mirror"},
        {"deconv_padding": -1},
        {"deconv_padding": 9},
        {"d": 0},
        {"s": -1},
        {"m": -1},
    ],
)
def test_hyperparameters_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FSRCNN(2, **wrong)  # type: ignore[arg-type]
