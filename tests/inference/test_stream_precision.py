"""Half precision and short memory on the way into OME-Zarr."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from tests.conftest import local_cluster

from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.inference import stream
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.weights.model import Model

IMAGE = np.random.default_rng(0).integers(0, 4096, (100, 90), np.uint16)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Source and target."""
    monkeypatch.setattr(stream, "BLOCK", 64)
    write_picture(tmp_path / "a.tif", Picture(IMAGE))
    return tmp_path / "a.tif", tmp_path / "b.zarr"


@pytest.fixture(params=["threads", "workers"])
def scheduler(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Address of workers in this process, or None."""
    if request.param == "threads":
        yield None
        return
    with local_cluster(1, processes=False) as cluster:
        yield cluster.scheduler_address


def test_half_precision(paths: tuple[Path, Path], model: Model, scheduler: str | None) -> None:
    how: dict[str, Any] = {"value_range": (0, 4095), "device": "cpu"}
    upscale_to_zarr(*paths, model, scheduler=scheduler, precision="bf16", **how)
    found = np.asarray(zarr.open_array(paths[1] / "0", mode="r")[:]).astype(int)
    half, exact = (
        upscale(IMAGE, model, precision=precision, **how).astype(int)
        for precision in ("bf16", "float32")
    )
    assert np.abs(found - half).mean() < np.abs(found - exact).mean() / 10
    with pytest.raises(FileExistsError, match=r"b\.zarr exists already"):
        upscale_to_zarr(*paths, model, **how)


@pytest.mark.usefixtures("little_memory")
def test_short_memory_is_told(
    paths: tuple[Path, Path], model: Model, scheduler: str | None
) -> None:
    notices: list[str] = []
    upscale_to_zarr(*paths, model, device="cpu", scheduler=scheduler, notice=notices.append)
    assert len(notices) == 1
    assert notices[0].startswith("Memory ran out with 1 tiles of ")
    found = np.asarray(zarr.open_array(paths[1] / "0", mode="r")[:])
    np.testing.assert_allclose(found, upscale(IMAGE, model, device="cpu"), atol=1)


@pytest.mark.parametrize(
    ("precision", "sentence"), [("fp16", "does not compute in fp16"), ("int8", "not 'int8'")]
)
def test_what_the_device_has_not_is_refused(
    paths: tuple[Path, Path], model: Model, scheduler: str | None, precision: Any, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        upscale_to_zarr(*paths, model, device="cpu", precision=precision, scheduler=scheduler)
    assert [path.name for path in paths[0].parent.iterdir()] == ["a.tif"]
