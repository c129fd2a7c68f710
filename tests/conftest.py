"""What all tests share: real image sets, a cache of their own, small models, the viewer's marker."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from distributed import LocalCluster

    from napari_fsrcnn.weights.model import Model

# Read by torch when it is first imported, here and in subprocesses: the tests' tensors are so
# small that more threads only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long one example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DRAWING_FIXTURES = {"make_napari_viewer", "make_napari_viewer_proxy", "qapp", "qtbot"}

DataFolder = Callable[[str], Path]
OnADisk = Callable[..., str]
MakeModel = Callable[..., "Model"]


def local_cluster(workers: int, *, processes: bool) -> LocalCluster:
    """Start a dask scheduler with workers of one thread each, in processes or in this one."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=processes,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address=None,
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that asks for napari's window or for Qt: it needs a display."""
    for item in items:
        if DRAWING_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("viewer")


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep downloads, those of subprocesses too, out of the user's own cache."""
    cache = tmp_path_factory.mktemp("cache")
    os.environ["NAPARI_FSRCNN_CACHE"] = str(cache)
    return cache


@pytest.fixture(scope="session")
def data_folder() -> DataFolder:
    """Return a function that finds a real image set by name, such as "Set5" or "BSD100".

    The sets lie in the folder that NAPARI_FSRCNN_DATA names. Without them a test is skipped, or,
    where NAPARI_FSRCNN_REQUIRE_DATA is 1, failed.
    """

    def find(name: str) -> Path:
        parent = os.environ.get("NAPARI_FSRCNN_DATA", "")
        folder = Path(parent, name)
        if parent and folder.is_dir():
            return folder
        missing = f"the image set {name} is not there: NAPARI_FSRCNN_DATA is {parent or 'not set'}"
        if os.environ.get("NAPARI_FSRCNN_REQUIRE_DATA") == "1":
            pytest.fail(missing)
        pytest.skip(missing)

    return find


@pytest.fixture
def on_a_disk(tmp_path: Path) -> OnADisk:
    """Return a function that runs a command for which the folder "disk" is a small disk of its own.

    It is given options of mount. Skipped where the system lets its users have no such disk.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    trial = [*namespace, "mount", "-t", "tmpfs", "none", str(disk)]
    if not shutil.which("unshare") or subprocess.run(trial, check=False).returncode:
        pytest.skip("a small disk needs namespaces that users may make")

    def run(options: str, *command: object) -> str:
        mount = f"mount -t tmpfs -o {options} none '{disk}' && exec \"$@\""
        ended = subprocess.run(
            [*namespace, "sh", "-c", mount, "sh", *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ended.returncode:
            pytest.fail(f"exit status {ended.returncode}:\n{ended.stdout}")
        return ended.stdout

    return run


@pytest.fixture(scope="session")
def make_model() -> MakeModel:
    """Return a function that makes a small model of random weights, the same ones every time.

    They make every pixel of the halo count.
    """
    import torch

    from napari_fsrcnn.networks.network import as_module
    from napari_fsrcnn.networks.registry import get_architecture
    from napari_fsrcnn.weights.card import Card
    from napari_fsrcnn.weights.model import Model

    def make(scale: int = 2, architecture: str = "fsrcnn", **hyperparameters: Any) -> Model:
        if architecture == "fsrcnn":
            hyperparameters = {"d": 3, "s": 2, "m": 1, **hyperparameters}
        network = get_architecture(architecture).build(scale, **hyperparameters)
        generator = torch.Generator().manual_seed(scale)
        for parameter in as_module(network).requires_grad_(False).parameters():
            # Each layer about keeps the size of what it is given.
            spread = parameter[0].numel() ** -0.5 if parameter.ndim == 4 else 0.1
            parameter.normal_(0, spread, generator=generator)
        card = Card(
            architecture=architecture, hyperparameters=dict(network.hyperparameters), scale=scale
        )
        return Model("random", network, card)

    return make
