"""All of a layer, upscaled and written as OME-Zarr in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from napari.layers import Image

from napari_fsrcnn.evaluation.consistency import Consistency, zarr_consistency
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.widgets.device_job import DeviceJob
from napari_fsrcnn.widgets.job_events import Noticed, broke_off, reporting
from napari_fsrcnn.widgets.layer_axes import layer_picture, left_out
from napari_fsrcnn.widgets.upscaling import Began, Request, loaded_model, measured_deviation


@dataclass(frozen=True)
class Saved:
    """The result is complete."""

    path: Path
    consistency: Consistency
    deviation: str
    """By how much half precision deviates, as a sentence; empty for single precision."""


class SaveAllJob(DeviceJob):
    """Upscales a layer of any size into an OME-Zarr image.

    Parameters
    ----------
    layer : Image
        What ``request`` was made from.
    request : Request
    path : Path
        The folder to write, ``*.zarr``.
    """

    def __init__(self, layer: Image, request: Request, path: Path) -> None:
        self._left_out = left_out(layer)
        super().__init__(
            "Upscaling all", "Saving", path.name, saving_events, layer_picture(layer), request, path
        )

    def handle(self, event: object) -> None:
        """Tell how it goes."""
        super().handle(event)
        if isinstance(event, Saved):
            sentences = [
                f"Upscaled all in {self.seconds:.0f} s and saved it as {event.path}.",
                event.consistency.sentence("the layer"),
                event.deviation,
                self._left_out,
            ]
            self.told.emit(" ".join(filter(None, sentences)))


def saving_events(
    picture: OpenPicture,
    request: Request,
    path: Path,
    *,
    stop: threading.Event,
    report: Callable[[object], None],
) -> Iterator[Began | Saved]:
    """Upscale a picture into an OME-Zarr image, of which nothing is left if it is not complete.

    Parameters
    ----------
    picture : OpenPicture
    request : Request
        How; its image is the picture's.
    path : Path
    stop : threading.Event
    report : callable
        Called with the progress, a few times a second, and with Noticed where memory runs out.

    Yields
    ------
    Began, Saved

    Raises
    ------
    ValueError, OSError
        As :func:`napari_fsrcnn.inference.stream.upscale_to_zarr`.
    JobFailed
        If the device ran out of memory or broke down.
    """
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.inference.stream import upscale_to_zarr
    from napari_fsrcnn.inference.tiles import UpscaleStopped
    from napari_fsrcnn.networks.device import describe_device, resolve_device

    try:
        model = loaded_model(request)
        yield Began(describe_device(resolve_device(request.device)))
        upscale_to_zarr(
            picture,
            path,
            model,
            color=request.color,
            device=request.device,
            precision=request.precision,
            progress=reporting(report),
            stop=stop,
            notice=lambda sentence: report(Noticed(sentence)),
        )
        found = zarr_consistency(picture, path, model.scale, channels=request.channels)
        deviation = measured_deviation(picture.data, request, model)
    except UpscaleStopped:
        return
    except RuntimeError as error:
        raise broke_off("Upscaling", error) from error
    yield Saved(path, found, deviation)
