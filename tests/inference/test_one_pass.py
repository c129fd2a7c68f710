"""One pass over the maps gives what single layers give: the kernels as Triton interprets them."""

import sys
from collections.abc import Iterator

import pytest
import torch

from napari_fsrcnn.inference.edges import INSIDE, WHOLE, Edges
from napari_fsrcnn.inference.fast_form import _agree, _fsrcnn, _fsrcnn_in_one_pass
from napari_fsrcnn.inference.one_pass import suits_one_pass
from napari_fsrcnn.inference.valid import Chain
from napari_fsrcnn.networks.fsrcnn import FSRCNN

KERNELS = "napari_fsrcnn.inference.one_pass_kernels"

pytest.importorskip("triton", reason="torch comes without Triton here")


@pytest.fixture(autouse=True)
def interpreted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no GPU be needed."""
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    monkeypatch.delitem(sys.modules, KERNELS, raising=False)
    yield
    sys.modules.pop(KERNELS, None)


def network(scale: int, d: int, s: int, m: int, **choices: str) -> FSRCNN:
    """Make one with biases and slopes of every size."""
    torch.manual_seed(0)
    made = FSRCNN(scale, d, s, m, **choices).eval()  # type: ignore[arg-type]
    for parameter in made.parameters():
        parameter.requires_grad_(False).add_(torch.randn(parameter.shape) / 10)
    return made


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        ((2, 1, 1, 2), WHOLE),
        ((2, 1, 13, 80), INSIDE),
        ((1, 1, 9, 11), Edges(top=True, bottom=False, left=False, right=True)),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "made",
    [
        network(3, 32, 5, 1, prelu="layer"),
        network(2, 20, 17, 0, padding_mode="zeros"),
    ],
    ids=["(32, 5, 1)", "(20, 17, 0)"],
)
def test_it_gives_what_single_layers_give(
    made: FSRCNN, shape: tuple[int, ...], edges: Edges
) -> None:
    tiles = torch.rand(shape)
    with torch.inference_mode():
        found = Chain(_fsrcnn_in_one_pass(made))(tiles, edges)
        expected = Chain(_fsrcnn(made))(tiles, edges)
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) < 1e-5 * float(expected.abs().max())


@pytest.mark.parametrize(
    ("d", "s", "m", "suits"),
    [(56, 12, 4, True), (16, 2, 0, True), (15, 5, 1, False), (32, 1, 1, False), (32, 1, 0, False)],
)
def test_networks_too_narrow_for_the_kernels_do_without(
    d: int, s: int, m: int, suits: bool
) -> None:
    assert suits_one_pass(network(2, d, s, m).features) is suits


def test_kernels_are_taken_only_where_they_agree() -> None:
    made, other = network(2, 16, 2, 0), network(2, 16, 2, 0, prelu="layer")
    usual = Chain(_fsrcnn(made))
    how = (usual, torch.device("cpu"), torch.float32)
    assert _agree(Chain(_fsrcnn_in_one_pass(made)), *how)
    assert not _agree(Chain(_fsrcnn_in_one_pass(other)), *how)
    assert not _agree(Chain([]), *how)  # of another shape: an error
