"""From a picture of any size to OME-Zarr, chunk by chunk, in memory that does not grow with it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from napari_fsrcnn.files.atomic import atomic_path
from napari_fsrcnn.files.axes import ome_order, resample_plane
from napari_fsrcnn.files.ome_zarr_pyramid import (
    create_pyramid,
    has_chunk,
    open_levels,
    read_attributes,
)
from napari_fsrcnn.files.omero import describe_channels
from napari_fsrcnn.files.open_picture import OpenPicture, open_picture, stamp_of
from napari_fsrcnn.files.storage import GO_ON, OTHERWISE, written_as
from napari_fsrcnn.files.unfinished import Unfinished
from napari_fsrcnn.inference.block_upscaler import BLOCK, block_upscaler, needed_halo
from napari_fsrcnn.inference.executors import (
    hear_workers,
    run_in_threads,
    run_on_workers,
    workers,
)
from napari_fsrcnn.inference.portable import PortableModel
from napari_fsrcnn.inference.prepared import Precision, check_precision
from napari_fsrcnn.inference.restore import Color
from napari_fsrcnn.inference.tiles import Notice, Progress, UpscaleStopped
from napari_fsrcnn.inference.zarr_pieces import FileJob, PieceWriter, write_piece
from napari_fsrcnn.inference.zarr_plan import Plan
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model

ATTRIBUTE = "napari-fsrcnn"
"""Attribute of the image that says how it was made."""

_MODEL = "model.safetensors"

Run = Callable[..., bool]


def upscale_to_zarr(  # noqa: PLR0913 - each has its default
    source: str | Path | OpenPicture,
    target: str | Path,
    model: str | Path | Model = "fsrcnn-x2",
    *,
    value_range: tuple[float, float] | None = None,
    color: Color = "luma",
    device: str = "auto",
    precision: Precision = "float32",
    scheduler: str | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    notice: Notice | None = None,
) -> None:
    """Upscale a picture or a stack into an OME-Zarr 0.5 image with a pyramid.

    A chunk at a time is read, upscaled and written; what a process that was stopped or killed has
    written is found again by the same call and not computed anew. Until it is complete, the result
    lies in a folder ``<target>.partial``.

    Parameters
    ----------
    source : path or OpenPicture
        A file or OME-Zarr folder, opened (:func:`napari_fsrcnn.files.open_picture.open_picture`)
        or not; or an array with its axes, which can't be gone on with: of it nothing is left before
        the end.
    target : path
        The folder to write, named ``*.zarr``. The pixel size is divided by the scale, and the
        origin moves so that the picture stays where it was.
    model, value_range, color, device, precision
        As for :func:`napari_fsrcnn.upscale_lazy`.
    scheduler : str, optional
        Address of a dask scheduler, such as ``tcp://10.0.0.1:8786``, whose workers see source and
        target by the same paths. By default threads of this process.
    progress : callable, optional
        Called as ``progress(done, total)`` after each chunk.
    stop : threading.Event, optional
        Looked at a few times a second.
    notice : callable, optional
        Called, in any thread, with a sentence if memory runs out and the work goes on with smaller
        tiles or on the CPU.

    Raises
    ------
    ValueError
        If the picture can't be read or OME-Zarr can't hold its axes, contains NaN or infinity, or
        an argument is not one of those above.
    FileExistsError
        If the target is there, or was begun in another way. The same result, complete, is no error.
    OSError
        If something can't be read or written, or the scheduler can't be reached.
    UpscaleStopped
        If ``stop`` was set.
    """
    target = Path(target).absolute()
    if target.suffix.lower() != ".zarr":
        raise ValueError(f"{target} must end in .zarr, by which OME-Zarr is known.")
    check = partial(_check_precision, precision, device)
    if scheduler is None:
        check()
    picture = source if isinstance(source, OpenPicture) else open_picture(Path(source))
    path = picture.path
    if scheduler is not None and path is None:
        raise ValueError("Workers need a picture that lies in files: save it first.")
    model = model if isinstance(model, Model) else load_model(model)
    upscaler = block_upscaler(
        picture.data,
        model,
        rgb=picture.rgb,
        value_range=value_range,
        color=color,
        device=device,
        precision=precision,
    )
    plan = Plan(
        source="" if path is None else str(path),
        stamp="" if path is None else stamp_of(path),
        shape=tuple(picture.data.shape),
        order=ome_order(picture.axes),
        rgb=picture.rgb,
        color=color,
        precision=precision,
        limits=upscaler.limits,
        model=model.name,
        sha256=hashlib.sha256(upscaler.model.content).hexdigest(),
        scale=model.scale,
        halo=needed_halo(model, rgb=picture.rgb),
        block=BLOCK,
    )
    place = Unfinished(target)
    if _is_there(place, plan):
        return
    with ExitStack() as stack:
        client = None if scheduler is None else stack.enter_context(workers(scheduler, check))
        then = GO_ON if plan.source else OTHERWISE
        stack.enter_context(written_as(target, place.folder, then))
        _begin(place, plan)
        if path is None:
            stack.callback(place.discard)
        _lay_out(place, picture, plan, upscaler.model)
        if client is None:
            upscaler.find_tile(plan.shape)
            levels = open_levels(place.result)
            writer = PieceWriter(picture.data, upscaler, plan.scale, levels, plan.order, notice)
            run = partial(run_in_threads, writer.write)
        else:
            job = FileJob(plan, str(place.folder / _MODEL), str(place.result), device)
            if notice is not None:
                hear_workers(client, job.folder, notice)
            run = partial(run_on_workers, client, partial(write_piece, job))
        _write_all(plan, place.result, run, progress, stop)
        place.finish()


def _check_precision(precision: Precision, device: str) -> None:
    """Refuse what this process, which may be a worker, does not compute in."""
    check_precision(precision, resolve_device(device))


def _begin(place: Unfinished, plan: Plan) -> None:
    """Make the place, without what a process that was killed has left there of an array."""
    if not plan.source and place.plan and place.plan.get("source") == "":
        place.discard()
    place.begin(plan.as_json())


def _provenance(plan: Plan) -> dict[str, Any]:
    return {**plan.as_json(), "source": Path(plan.source).name}


def _is_there(place: Unfinished, plan: Plan) -> bool:
    """Say whether the result is complete already; refuse to write over anything else."""
    target = place.target
    if not target.exists():
        return False
    made_by = read_attributes(target).get(ATTRIBUTE) if target.is_dir() else None
    expected = {**_provenance(plan), "version": None}
    if plan.source and isinstance(made_by, dict) and {**made_by, "version": None} == expected:
        if place.plan == plan.as_json():  # killed when the result had just got its name
            place.discard()
        return True
    raise FileExistsError(f"{target} exists already: delete it, or choose another name.")


def _lay_out(place: Unfinished, picture: OpenPicture, plan: Plan, portable: PortableModel) -> None:
    """Make the target without its chunks, unless that was done before."""
    if ATTRIBUTE in read_attributes(place.result):
        return
    with atomic_path(place.folder / _MODEL) as temporary:
        temporary.write_bytes(portable.content)
    create_pyramid(
        place.result,
        plan.levels(),
        plan.chunks(),
        np.dtype(picture.data.dtype).newbyteorder("="),
        resample_plane([picture.axes[axis] for axis in plan.order], plan.scale),
        name=place.target.stem,
        omero=describe_channels(picture, plan.limits),
        attributes={ATTRIBUTE: {**_provenance(plan), "version": version("napari-fsrcnn")}},
    )


def _write_all(
    plan: Plan,
    result: Path,
    run: Run,
    progress: Progress | None,
    stop: threading.Event | None,
) -> None:
    """Write what is not there yet, one level after the other."""
    levels = [list(plan.pieces(level)) for level in range(len(plan.levels()))]
    missing = [
        [piece for piece in pieces if not has_chunk(result, piece.level, piece.index)]
        for pieces in levels
    ]
    total = sum(map(len, levels))
    done = total - sum(map(len, missing))

    def advance() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    for pieces in missing:
        if not run(pieces, after_task=advance, stop=stop):
            rest = "Start it again in the same way, and it goes on from there."
            raise UpscaleStopped(f"Upscaling was stopped. {rest if plan.source else ''}".rstrip())
