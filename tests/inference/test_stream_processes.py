"""Processes that are killed while they write OME-Zarr: alone, and as workers of a scheduler."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import zarr
from distributed import Client, LocalCluster
from tests.conftest import local_cluster
from tests.inference.conftest import wait_until

from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.files.unfinished import Unfinished
from napari_fsrcnn.inference import stream
from napari_fsrcnn.inference.lazy import upscale_lazy
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.weights.checkpoint import save_checkpoint
from napari_fsrcnn.weights.model import Model

BLOCK = 32
IMAGE = np.random.default_rng(0).integers(0, 4096, (600, 500), np.uint16)
BLOCKS = 19 * 16

ALONE = f"""
import sys
from napari_fsrcnn.inference import stream
stream.BLOCK = {BLOCK}
source, target, model = sys.argv[1:]
stream.upscale_to_zarr(source, target, model, device="cpu")
"""


@pytest.fixture
def arguments(make_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    """Source, target and model, as files."""
    monkeypatch.setattr(stream, "BLOCK", BLOCK)
    write_picture(tmp_path / "a.tif", Picture(IMAGE))
    save_checkpoint(tmp_path / "small.safetensors", make_model())
    return tmp_path / "a.tif", tmp_path / "b.zarr", tmp_path / "small.safetensors"


def chunks(folder: Path) -> dict[Path, int]:
    """Find the chunks that are written, and when they were."""
    found = {}
    for path in folder.glob("[0-9]*/c/*/*"):
        if path.name.isdecimal():
            found[path.relative_to(folder)] = path.stat().st_mtime_ns
    return found


def assert_whole(target: Path, model: Path) -> None:
    found = np.asarray(zarr.open_array(target / "0", mode="r")[:])
    np.testing.assert_allclose(found, upscale(IMAGE, model, device="cpu"), atol=1)
    assert not list(target.rglob("*.partial"))
    assert not target.with_name(f"{target.name}.partial").exists()


def test_killed_it_goes_on_at_the_chunk_where_it_was(arguments: tuple[Path, ...]) -> None:
    _, target, model = arguments
    unfinished = target.with_name("b.zarr.partial") / "result"
    run = subprocess.Popen([sys.executable, "-c", ALONE, *map(str, arguments)])
    while len(chunks(unfinished)) < 20:
        assert run.poll() is None
        time.sleep(0.01)
    run.kill()
    run.wait(timeout=60)
    before = chunks(unfinished)
    assert 20 <= len(before) < BLOCKS
    assert not target.exists()
    computed: list[int] = []
    upscale_to_zarr(*arguments, device="cpu", progress=lambda done, _: computed.append(done))
    after = chunks(target)
    assert {path: after[path] for path in before} == before
    assert len(computed) == len(after) - len(before)
    assert_whole(target, model)


KILLED_WHEN_NAMED = ALONE.replace(
    "source, target, model =",
    """
import os, pathlib, signal
rename = pathlib.Path.rename
def rename_and_die(self, target):
    rename(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.rename = rename_and_die
source, target, model =""",
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_when_it_had_just_got_its_name_it_is_cleared_up(arguments: tuple[Path, ...]) -> None:
    _, target, model = arguments
    run = subprocess.run(
        [sys.executable, "-c", KILLED_WHEN_NAMED, *map(str, arguments)], check=False
    )
    assert run.returncode == -signal.SIGKILL
    left = target.with_name("b.zarr.partial")
    assert {path.name for path in left.iterdir()} == {"plan.json", "model.safetensors"}
    before = chunks(target)
    upscale_to_zarr(*arguments, device="cpu")
    assert chunks(target) == before
    assert_whole(target, model)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two processes with a scheduler, which starts another one for each that dies."""
    with local_cluster(2, processes=True) as cluster:
        yield cluster


def test_workers_one_of_which_is_killed(
    cluster: LocalCluster, arguments: tuple[Path, ...], tmp_path: Path
) -> None:
    source, target, model = arguments
    address = cluster.scheduler_address
    with Client(address, set_as_default=False) as client:
        first, second = client.run(os.getpid).values()

    def kill_one(done: int, _total: int) -> None:
        if done == 50:
            os.kill(first, signal.SIGKILL)

    upscale_to_zarr(source, target, model, device="cpu", scheduler=address, progress=kill_one)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert first != second
    assert_whole(target, model)
    upscale_to_zarr(source, tmp_path / "alone.zarr", model, device="cpu")
    for level in range(3):
        found, alone = (
            zarr.open_array(folder / str(level), mode="r")[:]
            for folder in (target, tmp_path / "alone.zarr")
        )
        np.testing.assert_array_equal(found, alone)


@pytest.mark.parametrize("lazily", [True, False])
def test_the_lazy_graph_on_workers(cluster: LocalCluster, model: Model, lazily: bool) -> None:
    source = da.from_array(IMAGE, (300, 250)) if lazily else IMAGE
    lazy = upscale_lazy(source, model, device="cpu", block=256)
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        found = client.compute(lazy).result()
    np.testing.assert_allclose(found, upscale(IMAGE, model, device="cpu"), atol=1)


def test_an_error_of_a_worker_is_told(cluster: LocalCluster, arguments: tuple[Path, ...]) -> None:
    source, target, model = arguments
    image = IMAGE.astype(np.float32)
    image[400, 400] = np.nan
    write_picture(source, Picture(image))
    with pytest.raises(ValueError, match="NaN or infinity"):
        upscale_to_zarr(
            source,
            target,
            model,
            value_range=(0, 1),
            device="cpu",
            scheduler=cluster.scheduler_address,
        )
    assert not target.exists()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A scheduler in a process of its own, with a worker in another."""
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    here = ["--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1"]
    with ExitStack() as stack:

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = stack.enter_context(subprocess.Popen([*dask, *words, *here]))
            stack.callback(process.kill)
            return process

        process = start("scheduler", "--port", "0")
        wait_until(lambda: file.exists() and file.read_text().endswith("}"))
        start("worker", "--nthreads", "1", "--no-nanny")
        yield process, json.loads(file.read_text())["address"]


def test_a_scheduler_that_is_killed(
    scheduler: tuple[subprocess.Popen[bytes], str], arguments: tuple[Path, ...]
) -> None:
    source, target, model = arguments
    process, address = scheduler
    reached: list[int] = []

    def kill(done: int, _total: int) -> None:
        reached.append(done)
        if done == 50:
            process.kill()

    with pytest.raises(OSError, match="connection to the dask scheduler was lost"):
        upscale_to_zarr(source, target, model, device="cpu", scheduler=address, progress=kill)
    assert not target.exists()
    written = chunks(Unfinished(target).result)
    assert 50 <= reached[-1] <= len(written) < BLOCKS
    upscale_to_zarr(source, target, model, device="cpu")
    assert_whole(target, model)
    assert written.items() <= chunks(target).items()


def test_a_scheduler_that_is_not_there(arguments: tuple[Path, ...]) -> None:
    with pytest.raises(OSError, match=r"no dask scheduler at tcp://127\.0\.0\.1:9"):
        upscale_to_zarr(*arguments, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(OSError, match="no dask scheduler at nonsense"):
        upscale_to_zarr(*arguments, scheduler="nonsense://1")
