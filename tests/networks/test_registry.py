"""The registry: the built-in architectures, and those that other packages bring."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from napari_fsrcnn.networks.network import as_module
from napari_fsrcnn.networks.registry import Architecture, architectures, get_architecture

BUILT_IN = {"fsrcnn": 12_464, "fsrcnn-s": 3_937, "srcnn-915": 8_032, "srcnn-935": 24_416}
BUILT_IN |= {"srcnn-955": 57_184}

PLUGIN = '''
import torch
from napari_plugin_engine import HookImplementationMarker
from napari_fsrcnn.networks.registry import Architecture


class Blocks(torch.nn.Module):
    """Each pixel becomes a block of pixels, times one weight."""

    halo = 0

    def __init__(self, scale, start=1.0):
        super().__init__()
        self.scale = scale
        self.hyperparameters = {"start": start}
        self.weight = torch.nn.Parameter(torch.tensor(start))

    def forward(self, lr):
        block = torch.ones(1, 1, self.scale, self.scale)
        return torch.kron(lr * self.weight, block)


@HookImplementationMarker("napari_fsrcnn")
def napari_fsrcnn_architectures():
    return [Architecture("blocks", "each pixel a block", Blocks)]
'''

USE_OF_IT = """
import json
import sys
import numpy as np
from napari_fsrcnn.networks.registry import architectures, get_architecture
assert list(architectures())[0] == "fsrcnn" and list(architectures())[-1] == "blocks"
network = get_architecture("blocks").build(3, start=0.5)

from napari_fsrcnn import load_model, upscale
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model
card = Card(architecture="blocks", hyperparameters=dict(network.hyperparameters), scale=3)
save_checkpoint(sys.argv[1], Model("mine", network, card))
model = load_model(sys.argv[1], 3)
print(json.dumps([model.name, model.scale, upscale(np.eye(2), model, device="cpu").tolist()]))
"""

MakePlugin = Callable[[str, str], Path]


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePlugin]:
    """Install a package of one module: the module, and metadata with its entry point."""

    def make(name: str, code: str) -> Path:
        (tmp_path / f"{name}.py").write_text(code)
        metadata = tmp_path / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(
            f"[napari_fsrcnn.architectures]\n{name} = {name}\n"
        )
        return tmp_path

    monkeypatch.syspath_prepend(tmp_path)
    architectures.cache_clear()
    yield make
    architectures.cache_clear()


@pytest.mark.parametrize(("name", "weights"), BUILT_IN.items())
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_built_in_ones_are_those_of_the_papers(name: str, weights: int, scale: int) -> None:
    module = as_module(get_architecture(name).build(scale))
    assert sum(p.numel() for p in module.parameters() if p.ndim == 4) == weights
    assert f"{weights:,} weights" in get_architecture(name).summary


def test_hyperparameters_reach_the_network() -> None:
    small = get_architecture("fsrcnn-s").build(2, m=2, prelu="layer").hyperparameters
    assert (small["d"], small["s"], small["m"], small["prelu"]) == (32, 5, 2, "layer")
    srcnn = get_architecture("srcnn-915").build(2, padding_mode="zeros").hyperparameters
    assert srcnn == {"kernels": [9, 1, 5], "padding_mode": "zeros"}


@pytest.mark.parametrize("scale", [1, 9, 0, -2, 2.5, "2", None])
def test_a_scale_that_is_none_is_refused(scale: int) -> None:
    with pytest.raises(ValueError, match="scale must be a whole number from 2 to 8, not"):
        get_architecture("fsrcnn").build(scale)


@pytest.mark.parametrize("scale", [3.0, np.int64(3), np.float32(3)])
def test_a_whole_number_of_any_type_is_a_scale(scale: int) -> None:
    built = get_architecture("fsrcnn-s").build(scale).scale
    assert built == 3
    assert type(built) is int


@pytest.mark.parametrize(
    "wrong",
    [{"width": 3}, {"scale": 3}, {"self": 3}, {"d": "56"}, {"d": 3.5}, {"d": 2**62}, {"d": -1}],
)
def test_hyperparameters_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        get_architecture("fsrcnn").build(2, **wrong)


def test_an_unknown_architecture_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="no architecture 'edsr'; there are fsrcnn, fsrcnn-s, sr"):
        get_architecture("edsr")


def test_another_package_s_architecture_is_found_built_saved_and_loaded(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    folder = make_plugin("napari_fsrcnn_blocks", PLUGIN)
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{USE_OF_IT}"
    checkpoint = tmp_path / "mine.safetensors"
    done = subprocess.run(
        [sys.executable, "-c", code, checkpoint], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    block = [[0.5] * 3 + [0] * 3] * 3 + [[0] * 3 + [0.5] * 3] * 3
    assert json.loads(done.stdout) == ["mine", 3, block]


HOOK = """
from napari_plugin_engine import HookImplementationMarker
from napari_fsrcnn.networks.registry import Architecture

@HookImplementationMarker("napari_fsrcnn")
def napari_fsrcnn_architectures():
    {body}
"""


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("plugin_without_its_library", "import no_such_library", "no_such_library"),
        ("plugin_with_a_typo", "def x(:", "syntax"),
        ("plugin_that_raises", HOOK.format(body="return 1 / 0"), "division by zero"),
        ("plugin_of_strings", HOOK.format(body="return ['fsrcnn']"), "list of Architecture"),
        ("plugin_of_a_number", HOOK.format(body="return 5"), "list of Architecture"),
    ],
)
def test_a_broken_plugin_is_left_out_with_a_warning(
    make_plugin: MakePlugin,
    caplog: pytest.LogCaptureFixture,
    name: str,
    code: str,
    reason: str,
) -> None:
    make_plugin(name, code)
    make_plugin(f"good_beside_{name}", PLUGIN)
    with caplog.at_level(logging.WARNING):
        names = list(architectures())
    assert names == [*BUILT_IN, "blocks"]
    (record,) = caplog.records
    assert name in record.getMessage()
    assert reason in record.getMessage()
    assert isinstance(get_architecture("fsrcnn-s").build(2), nn.Module)


def test_of_two_of_one_name_the_built_in_one_is_used(
    make_plugin: MakePlugin, caplog: pytest.LogCaptureFixture
) -> None:
    make_plugin("plugin_of_the_same_name", PLUGIN.replace('"blocks"', '"fsrcnn"'))
    with caplog.at_level(logging.WARNING):
        names = list(architectures())
    assert names == list(BUILT_IN)
    (record,) = caplog.records
    assert "Two architectures are called fsrcnn" in record.getMessage()
    assert get_architecture("fsrcnn").build(2).halo > 0


def test_an_architecture_is_a_name_a_line_and_a_factory() -> None:
    built: list[tuple[int, dict[str, object]]] = []

    def factory(scale: int, **hyperparameters: object) -> nn.Module:
        built.append((scale, hyperparameters))
        return nn.Identity()

    Architecture("mine", "a test's", factory).build(4, d=3)  # type: ignore[arg-type]
    assert built == [(4, {"d": 3})]
