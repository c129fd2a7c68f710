"""Arrays into OME-Zarr, which can't be gone on with: all of them, or nothing."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from numpy.typing import NDArray

from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.open_picture import OpenPicture, open_picture
from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.files.unfinished import Unfinished
from napari_fsrcnn.inference import stream
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.weights.model import Model

IMAGE = np.random.default_rng(0).integers(0, 4096, (70, 85), np.uint16)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", 32)


def upscale_and_stop(source: Path | OpenPicture, target: Path, model: Model) -> None:
    """Upscale until a chunk is written."""
    stop = threading.Event()
    upscale_to_zarr(source, target, model, device="cpu", progress=lambda *_: stop.set(), stop=stop)


def array(image: NDArray[Any]) -> OpenPicture:
    return OpenPicture(image, rgb=False, axes=(named_axis("y"), named_axis("x")))


def test_nan_is_refused_where_it_is_met(model: Model, tmp_path: Path) -> None:
    image = IMAGE.astype(np.float32)
    image[60, 80] = np.nan
    target = tmp_path / "b.zarr"
    with pytest.raises(ValueError, match="NaN or infinity"):
        upscale_to_zarr(array(image), target, model, value_range=(0, 4096), device="cpu")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dtype", [np.longlong, np.ulonglong, ">u8", ">f4"])
def test_all_names_of_a_dtype_are_the_same(dtype: Any, model: Model, tmp_path: Path) -> None:
    upscale_to_zarr(array(IMAGE.astype(dtype)), tmp_path / "b.zarr", model, device="cpu")
    found = zarr.open_array(tmp_path / "b.zarr/0", mode="r")
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    expected = upscale(IMAGE.astype(dtype), model, device="cpu").astype(float)
    np.testing.assert_allclose(np.asarray(found[:]).astype(float), expected, atol=1)


def test_stopped_nothing_is_left(model: Model, tmp_path: Path) -> None:
    with pytest.raises(UpscaleStopped, match=r"^Upscaling was stopped\.$"):
        upscale_and_stop(array(IMAGE), tmp_path / "b.zarr", model)
    assert list(tmp_path.iterdir()) == []


def test_what_was_begun_of_a_file_is_kept(model: Model, tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", Picture(IMAGE))
    with pytest.raises(UpscaleStopped, match="goes on from there"):
        upscale_and_stop(tmp_path / "a.tif", tmp_path / "b.zarr", model)
    begun = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileExistsError, match="begun in another way"):
        upscale_to_zarr(array(IMAGE), tmp_path / "b.zarr", model, device="cpu")
    assert sorted(tmp_path.rglob("*")) == begun


def test_an_opened_file_is_gone_on_with_as_the_file(model: Model, tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", Picture(IMAGE))
    with pytest.raises(UpscaleStopped, match="goes on from there"):
        upscale_and_stop(open_picture(tmp_path / "a.tif"), tmp_path / "b.zarr", model)
    upscale_to_zarr(tmp_path / "a.tif", tmp_path / "b.zarr", model, device="cpu")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.zarr"]


def test_what_a_killed_process_left_of_an_array_is_not(model: Model, tmp_path: Path) -> None:
    Unfinished(tmp_path / "b.zarr").begin({"source": "", "shape": [1, 2]})
    upscale_to_zarr(array(IMAGE), tmp_path / "b.zarr", model, device="cpu")
    assert [path.name for path in tmp_path.iterdir()] == ["b.zarr"]
