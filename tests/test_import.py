"""The package is cheap to import, and each public name is there when it is asked for."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import napari_fsrcnn

HEAVY = {"dask", "napari", "numpy", "qtpy", "scipy", "skimage", "torch", "torchvision"}


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_the_import_loads_nothing_heavy() -> None:
    loaded = modules_after("import napari_fsrcnn")
    assert "napari_fsrcnn" in loaded
    assert not loaded & HEAVY


def test_a_heavy_import_would_be_seen() -> None:
    assert "numpy" in modules_after("import numpy")


@pytest.mark.parametrize("name", napari_fsrcnn.__all__)
def test_each_public_name_resolves(name: str) -> None:
    assert getattr(napari_fsrcnn, name) is not None
    assert name in dir(napari_fsrcnn)


def test_version_is_the_distributions() -> None:
    assert napari_fsrcnn.__version__ == version("napari-fsrcnn")


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'upscal'"):
        _ = napari_fsrcnn.upscal
