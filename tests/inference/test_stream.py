"""From a picture into OME-Zarr: values, axes, places and pyramid; stopped and gone on with."""

import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import tifffile
import zarr
from numpy.typing import NDArray
from ome_zarr_models.v05 import Image

from napari_fsrcnn.files.axes import Axis, named_axis
from napari_fsrcnn.files.ome_zarr import open_ome_zarr
from napari_fsrcnn.files.ome_zarr_pyramid import create_pyramid, open_levels
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.files.pictures import Picture, write_picture
from napari_fsrcnn.image.halve import halve
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.inference import stream
from napari_fsrcnn.inference.stream import ATTRIBUTE, upscale_to_zarr
from napari_fsrcnn.inference.tiles import UpscaleStopped
from napari_fsrcnn.inference.upscale import upscale
from napari_fsrcnn.weights.model import Model

RANDOM = np.random.default_rng(0)
STACK = RANDOM.integers(0, 4096, (3, 2, 70, 85), np.uint16)
COLOUR = RANDOM.integers(0, 256, (50, 45, 3), np.uint8)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", 32)
    monkeypatch.setattr("napari_fsrcnn.inference.zarr_plan.SMALLEST", 48)


def levels(folder: Path) -> list[NDArray[Any]]:
    image = Image.from_zarr(zarr.open_group(folder, mode="r"))  # by the specification
    (multiscale,) = image.attributes.ome.multiscales
    return [
        np.asarray(zarr.open_array(folder / each.path, mode="r")[:]) for each in multiscale.datasets
    ]


def assert_pyramid(found: list[NDArray[Any]]) -> None:
    for finer, coarser in pairwise(found):
        np.testing.assert_array_equal(coarser, halve(finer))
    assert max(found[-1].shape[-2:]) <= 48 < max(found[-2].shape[-2:])


@pytest.mark.parametrize("scale", [2, 3])
def test_a_stack_in_tiff(make_model: Any, tmp_path: Path, scale: int) -> None:
    model = make_model(scale)
    size = {"Z": 2.0, "Y": 0.6, "X": 0.6}
    source = Picture(STACK, axes="ZCYX", pixel_size=size, unit="µm")
    write_picture(tmp_path / "a.tif", source)
    upscale_to_zarr(tmp_path / "a.tif", tmp_path / "b.zarr", model, device="cpu")
    found = levels(tmp_path / "b.zarr")
    expected = upscale(STACK, model, rgb=False, device="cpu")
    np.testing.assert_allclose(found[0], np.swapaxes(expected, 0, 1), atol=1)
    assert_pyramid(found)
    _, z, y, x = open_ome_zarr(tmp_path / "b.zarr").axes
    assert z == Axis("z", "space", "micrometer", 2.0)
    for axis in (y, x):
        assert axis.unit == "micrometer"
        assert axis.scale == pytest.approx(0.6 / scale)
        # Its first pixels lie where the source's first one lies.
        assert axis.translation == pytest.approx(0.6 / scale / 2 - 0.6 / 2)
    made = zarr.open_group(tmp_path / "b.zarr", mode="r").attrs[ATTRIBUTE]
    assert isinstance(made, dict)
    assert (made["source"], made["model"], made["scale"]) == ("a.tif", "random", scale)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.zarr"]


@pytest.mark.parametrize("color", ["luma", "channels"])
@pytest.mark.parametrize("alpha", [False, True])
def test_colour_becomes_channels(model: Model, tmp_path: Path, color: Any, alpha: bool) -> None:
    image = np.concatenate([COLOUR, COLOUR[..., :1]], axis=-1) if alpha else COLOUR
    write_picture(tmp_path / "a.tif", Picture(image, rgb=True))
    upscale_to_zarr(tmp_path / "a.tif", tmp_path / "b.zarr", model, color=color, device="cpu")
    found = levels(tmp_path / "b.zarr")
    expected = upscale(image, model, rgb=True, color=color, device="cpu")
    np.testing.assert_allclose(found[0], np.moveaxis(expected, -1, 0), atol=1)
    assert_pyramid(found)


@pytest.mark.parametrize("version", [2, 3])
def test_ome_zarr_keeps_its_axes(model: Model, tmp_path: Path, version: int) -> None:
    axes = [
        Axis("t", "time", "second", 0.5, 3.0),
        Axis("c", "channel"),
        Axis("y", "space", "nanometer", 40.0, 100.0),
        Axis("x", "space", "nanometer", 50.0, 200.0),
    ]
    folder = tmp_path / "a.zarr"
    create_pyramid(
        folder, [STACK.shape], (1, 1, 40, 40), STACK.dtype, axes, name="a", attributes={}
    )
    open_levels(folder)[0][:] = STACK
    if version == 2:  # as OME-Zarr 0.4 has it
        old = zarr.open_group(tmp_path / "old.zarr", mode="w", zarr_format=2)
        old.create_array("0", data=STACK, chunks=(1, 1, 40, 40))
        ome: Any = zarr.open_group(folder, mode="r").attrs["ome"]
        old.attrs["multiscales"] = ome["multiscales"]
        folder = tmp_path / "old.zarr"
    upscale_to_zarr(folder, tmp_path / "b.zarr", model, device="cpu")
    found = open_ome_zarr(tmp_path / "b.zarr").axes
    assert found[:2] == tuple(axes[:2])
    assert found[2] == Axis("y", "space", "nanometer", 20.0, 90.0)
    assert found[3] == Axis("x", "space", "nanometer", 25.0, 187.5)
    expected = upscale(STACK, model, rgb=False, device="cpu")
    np.testing.assert_allclose(levels(tmp_path / "b.zarr")[0], expected, atol=1)


def test_ome_zarr_keeps_what_it_says_of_channels(model: Model, tmp_path: Path) -> None:
    window = {"min": 0, "max": 4095, "start": 100, "end": 2000}
    channels = [{"label": name, "color": "00FF00", "window": window} for name in ("DAPI", "GFP")]
    omero: dict[str, Any] = {"channels": channels, "rdefs": {"defaultZ": 1}}
    old = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2)  # OME-Zarr 0.4
    old.create_array("0", data=STACK[0], chunks=(1, 40, 40))
    axes = [{"name": "c", "type": "channel"}, {"name": "y"}, {"name": "x"}]
    old.attrs["multiscales"] = [{"axes": axes, "datasets": [{"path": "0"}], "version": "0.4"}]
    old.attrs["omero"] = {**omero, "version": "0.4"}
    upscale_to_zarr(tmp_path / "a.zarr", tmp_path / "b.zarr", model, device="cpu")
    ome: Any = zarr.open_group(tmp_path / "b.zarr", mode="r").attrs["ome"]
    filled = [{"active": True, **channel} for channel in channels]
    assert ome["omero"] == {**omero, "channels": filled}


def test_names_of_channels_in_ome_tiff(model: Model, tmp_path: Path) -> None:
    notes = {"axes": "ZCYX", "Channel": {"Name": ["DAPI", "GFP"]}}
    tifffile.imwrite(
        tmp_path / "a.ome.tif", STACK, ome=True, photometric="minisblack", metadata=notes
    )
    how: Any = {"value_range": (10, 4000), "device": "cpu"}
    upscale_to_zarr(tmp_path / "a.ome.tif", tmp_path / "b.zarr", model, **how)
    levels(tmp_path / "b.zarr")  # valid
    ome: Any = zarr.open_group(tmp_path / "b.zarr", mode="r").attrs["ome"]
    found = [find_value_range(STACK[:, channel]) for channel in (0, 1)]
    assert [(each["label"], each["window"]) for each in ome["omero"]["channels"]] == [
        (name, {"min": 0, "max": 65535, "start": low, "end": high})
        for name, (low, high) in zip(("DAPI", "GFP"), found, strict=True)
    ]


@pytest.mark.parametrize("dtype", ["?", "i2", "f4", "f8"])
def test_dtypes(model: Model, tmp_path: Path, dtype: str) -> None:
    image = (STACK[0, 0] % 2 if dtype == "?" else STACK[0, 0] / 8.0 - 100).astype(dtype)
    picture = OpenPicture(image, rgb=False, axes=(named_axis("y"), named_axis("x")))
    upscale_to_zarr(picture, tmp_path / "b.zarr", model, device="cpu")
    found = levels(tmp_path / "b.zarr")
    assert {level.dtype for level in found} == {np.dtype(dtype)}
    expected = upscale(image, model, device="cpu")
    tolerance = {"?": 0, "i2": 1}.get(dtype, 1e-5 * 512)
    np.testing.assert_allclose(found[0].astype(float), expected.astype(float), atol=tolerance)
    assert_pyramid(found)


def test_a_lazy_array_is_read_block_by_block(model: Model, tmp_path: Path) -> None:
    source = da.from_array(STACK, (1, 1, 30, 30))
    picture = OpenPicture(source, rgb=False, axes=tuple(named_axis(name) for name in "tcyx"))
    upscale_to_zarr(picture, tmp_path / "b.zarr", model, device="cpu")
    expected = upscale(STACK, model, rgb=False, device="cpu")
    np.testing.assert_allclose(levels(tmp_path / "b.zarr")[0], expected, atol=1)
    with pytest.raises(FileExistsError, match=r"b\.zarr exists already"):
        upscale_to_zarr(picture, tmp_path / "b.zarr", model, device="cpu")


def stop_after(pieces: int) -> tuple[threading.Event, Any, list[tuple[int, int]]]:
    stop, seen = threading.Event(), list[tuple[int, int]]()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == pieces:
            stop.set()

    return stop, progress, seen


def test_stopped_it_goes_on_from_there(model: Model, tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", Picture(STACK, axes="TCYX"))
    arguments: Any = (tmp_path / "a.tif", tmp_path / "b.zarr", model)
    stop, progress, seen = stop_after(20)
    with pytest.raises(UpscaleStopped, match="Start it again in the same way"):
        upscale_to_zarr(*arguments, device="cpu", progress=progress, stop=stop)
    assert not (tmp_path / "b.zarr").exists()
    total = 6 * (9 + 4 + 1)
    assert seen == [(done, total) for done in range(1, len(seen) + 1)]
    written = {
        path: path.stat().st_mtime_ns
        for path in (tmp_path / "b.zarr.partial").rglob("c/*/*/*/*")
        if path.is_file()
    }
    assert len(seen) <= len(written) < total
    _, progress, rest = stop_after(0)
    upscale_to_zarr(*arguments, device="cpu", progress=progress)
    assert rest == [(done, total) for done in range(len(written) + 1, total + 1)]
    for path, time in written.items():
        after = tmp_path / "b.zarr" / path.relative_to(tmp_path / "b.zarr.partial" / "result")
        assert after.stat().st_mtime_ns == time
    expected = upscale(STACK, model, rgb=False, device="cpu")
    np.testing.assert_allclose(levels(tmp_path / "b.zarr")[0], expected, atol=1)
    upscale_to_zarr(*arguments, device="cpu", progress=lambda *_: pytest.fail("done already"))


@pytest.mark.parametrize("change", ["model", "source", "value range"])
def test_another_result_is_not_mixed_in(make_model: Any, tmp_path: Path, change: str) -> None:
    write_picture(tmp_path / "a.tif", Picture(STACK, axes="TCYX"))
    stop, progress, _ = stop_after(1)
    source, target = tmp_path / "a.tif", tmp_path / "b.zarr"
    with pytest.raises(UpscaleStopped):
        upscale_to_zarr(source, target, make_model(2), progress=progress, stop=stop)
    if change == "source":
        write_picture(tmp_path / "a.tif", Picture(STACK[::-1], axes="TCYX"))
    with pytest.raises(FileExistsError, match="begun in another way"):
        upscale_to_zarr(
            source,
            target,
            make_model(3 if change == "model" else 2),
            value_range=(0, 99) if change == "value range" else None,
        )


def test_whatever_is_there_is_not_written_over(model: Model, tmp_path: Path) -> None:
    for name, content in {"text": "{", "list": "[]", "empty": "{}"}.items():
        (tmp_path / f"{name}.zarr").mkdir()
        (tmp_path / f"{name}.zarr" / "zarr.json").write_text(content)
    zarr.create_array(tmp_path / "array.zarr", shape=(4, 4), dtype="u1")
    zarr.open_group(tmp_path / "note.zarr", mode="w").attrs[ATTRIBUTE] = "a note"
    (tmp_path / "file.zarr").touch()
    write_picture(tmp_path / "a.tif", Picture(COLOUR[..., 0]))
    for target in sorted(tmp_path.glob("*.zarr")):
        with pytest.raises(FileExistsError, match=rf"{target.name} exists already: delete it"):
            upscale_to_zarr(tmp_path / "a.tif", target, model, device="cpu")


@pytest.mark.parametrize("plan", ["", "{}", "[1]"])
def test_a_plan_that_cannot_be_read_is_another(model: Model, tmp_path: Path, plan: str) -> None:
    picture = OpenPicture(COLOUR[..., 0], rgb=False, axes=(named_axis("y"), named_axis("x")))
    (tmp_path / "b.zarr.partial").mkdir()
    (tmp_path / "b.zarr.partial" / "plan.json").write_text(plan)
    with pytest.raises(FileExistsError, match="begun in another way"):
        upscale_to_zarr(picture, tmp_path / "b.zarr", model, device="cpu")
    assert (tmp_path / "b.zarr.partial" / "plan.json").read_text() == plan


@pytest.mark.parametrize(
    ("target", "changes", "sentence"),
    [
        ("b.tif", {}, r"must end in \.zarr"),
        ("nowhere/b.zarr", {}, "nowhere does not exist"),
        ("there.zarr", {}, r"there\.zarr exists already"),
        ("b.zarr", {"device": "cuda:99"}, "no device cuda:99"),
        ("b.zarr", {"color": "rgb"}, "color must be"),
        ("b.zarr", {"value_range": (1, 0)}, "low <= high"),
        ("b.zarr", {"model": "edsr"}, "no model 'edsr'"),
        ("b.zarr", {"source": "c.tif"}, "There is no file"),
        ("b.zarr", {"source": "axes.tif"}, "split the picture first"),
    ],
)
def test_what_cannot_be_done_leaves_nothing(
    model: Model, tmp_path: Path, target: str, changes: dict[str, Any], sentence: str
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", COLOUR[..., 0])
    write_picture(tmp_path / "axes.tif", Picture(np.zeros((2, 2, 4, 4)), axes="CQYX"))
    (tmp_path / "there.zarr").mkdir()
    before = sorted(tmp_path.rglob("*"))
    source = tmp_path / changes.pop("source", "a.tif")
    with pytest.raises((ValueError, OSError), match=sentence):
        upscale_to_zarr(source, tmp_path / target, **({"model": model} | changes))
    assert sorted(tmp_path.rglob("*")) == before
