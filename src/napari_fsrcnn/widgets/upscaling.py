"""What the thread of *Upscale* does: run the network, and measure against a reference."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

import napari_fsrcnn
from napari_fsrcnn.evaluation.compare import (
    Channels,
    Comparison,
    ComparisonStopped,
    channels_of,
    compare,
)
from napari_fsrcnn.evaluation.consistency import Consistency, consistency
from napari_fsrcnn.image.read import read
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import load_model
from napari_fsrcnn.widgets.job_events import Noticed, broke_off, reporting

Color = Literal["luma", "channels"]
Precision = Literal["float32", "bf16", "fp16"]


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be upscaled, and how.

    Attributes
    ----------
    image : array_like, shape (..., Y, X) or (..., Y, X, 3 or 4)
        numpy, dask, Zarr; read in the thread.
    rgb : bool
        Whether the last axis is colour.
    model : str, Path or Model
        As for :func:`napari_fsrcnn.load_model`.
    scale : int
        The model's.
    color : {"luma", "channels"}
        As for :func:`napari_fsrcnn.upscale`; figures are taken on the same.
    device : str
    precision : {"float32", "bf16", "fp16"}
        As for :func:`napari_fsrcnn.upscale`.
    reference : array_like, optional
        HR to measure against, of ``scale`` times the size.
    """

    image: Any
    rgb: bool
    model: str | Path | Model
    scale: int
    color: Color = "luma"
    device: str = "auto"
    precision: Precision = "float32"
    reference: Any = None

    @property
    def channels(self) -> Channels:
        """What figures are taken on, of a colour image."""
        return channels_of(self.color)


@dataclass(frozen=True)
class Began:
    """The model is loaded; ``device`` as a person knows it."""

    device: str


@dataclass(frozen=True)
class Figures:
    """How far the model's result and bicubic's are from the reference.

    Attributes
    ----------
    model, bicubic : Comparison
    rgb : bool
        Whether the images are colour.
    border : int
        Width in pixels of what was left out at the edges.
    """

    model: Comparison
    bicubic: Comparison
    rgb: bool
    border: int


@dataclass(frozen=True, eq=False)
class Upscaled:
    """The result.

    Attributes
    ----------
    image : ndarray
        In the dtype of the request's image.
    model : Model
    figures : Figures or None
        Where a reference was given.
    consistency : Consistency
        With the request's image.
    deviation : str
        By how much half precision deviates, as a sentence; empty for single precision.
    provenance : dict
        Plain values that say how the image was made.
    """

    image: NDArray[Any]
    model: Model
    figures: Figures | None
    consistency: Consistency
    deviation: str
    provenance: dict[str, Any]


def upscaling_events(
    request: Request, *, stop: threading.Event, report: Callable[[object], None]
) -> Iterator[Began | Upscaled]:
    """Upscale, and measure where there is a reference.

    Parameters
    ----------
    request : Request
    stop : threading.Event
        Ends the work, without a result, within a tile.
    report : callable
        Called with the progress, a few times a second, and with Noticed where memory runs out.

    Yields
    ------
    Began, Upscaled

    Raises
    ------
    ValueError
        If an image can't be used, the model has another scale or can't be read, or the reference
        can't be compared with.
    OSError
        If the model's file can't be read.
    JobFailed
        If the device ran out of memory or broke down.
    """
    import_triton_beside_opengl()
    # Loads torch, which takes seconds.
    from napari_fsrcnn.inference.tiles import UpscaleStopped
    from napari_fsrcnn.networks.device import describe_device, resolve_device

    try:
        device = describe_device(resolve_device(request.device))
        model = loaded_model(request)
        yield Began(device)
        source = read(request.image)
        image, figures = _upscale_and_measure(source, request, model, report, stop)
        deviation = measured_deviation(source, request, model)
        agreement = consistency(
            source, image, model.scale, rgb=request.rgb, channels=request.channels
        )
    except (ComparisonStopped, UpscaleStopped):
        return
    except RuntimeError as error:
        raise broke_off("Upscaling", error) from error
    provenance = {
        **provenance_of(request, model, device, figures),
        "precision": request.precision,
        "consistency": agreement.psnr,
    }
    yield Upscaled(image, model, figures, agreement, deviation, provenance)


def loaded_model(request: Request) -> Model:
    """Load what is to be upscaled by, and see that it has the scale that was asked for."""
    if isinstance(request.model, Model):
        return request.model
    return load_model(request.model, request.scale)


def _upscale_and_measure(
    image: NDArray[Any],
    request: Request,
    model: Model,
    report: Callable[[object], None],
    stop: threading.Event,
) -> tuple[NDArray[Any], Figures | None]:
    from napari_fsrcnn.inference.upscale import bicubic, upscale

    def run() -> NDArray[Any]:
        return upscale(
            image,
            model,
            rgb=request.rgb,
            color=request.color,
            device=request.device,
            precision=request.precision,
            progress=reporting(report),
            stop=stop,
            notice=lambda sentence: report(Noticed(sentence)),
        )

    if request.reference is None:
        return run(), None
    reference = read(request.reference)
    _check_size(reference, image, request)

    def measure(enlarged: NDArray[Any], baseline: NDArray[Any]) -> Comparison:
        return compare(
            reference,
            enlarged,
            rgb=request.rgb,
            baseline=baseline,
            channels=request.channels,
            shave=request.scale,
            stop=stop,
        )

    # First, so that what can't be compared is refused before the long work.
    baseline = bicubic(image, request.scale, rgb=request.rgb)
    measured_bicubic = measure(baseline, baseline)
    upscaled = run()
    measured = measure(upscaled, baseline)
    return upscaled, Figures(measured, measured_bicubic, request.rgb, request.scale)


def measured_deviation(image: Any, request: Request, model: Model) -> str:
    """Say by how much half precision deviates on an image; nothing for single precision."""
    if request.precision == "float32":
        return ""
    from napari_fsrcnn.inference.deviation import deviation, deviation_sentence

    found = deviation(
        image,
        model,
        request.precision,
        rgb=request.rgb,
        color=request.color,
        device=request.device,
    )
    return deviation_sentence(request.precision, found)


def _check_size(reference: NDArray[Any], image: NDArray[Any], request: Request) -> None:
    axes = slice(-3, -1) if request.rgb else slice(-2, None)
    height, width = image.shape[axes]
    wanted = (request.scale * height, request.scale * width)
    if reference.shape[axes] != wanted:
        raise ValueError(
            f"The reference must have {wanted[0]} x {wanted[1]} pixels, {request.scale} times the "
            f"layer's {height} x {width}: choose another one, or none."
        )


def provenance_of(
    request: Request, model: Model, device: str, figures: Figures | None = None
) -> dict[str, Any]:
    """Say in plain values how a result is made."""
    record: dict[str, Any] = {
        "model": model.name,
        "sha256": model.sha256,
        "architecture": model.card.architecture,
        "scale": model.scale,
        "color": request.color,
        "device": device,
        "version": napari_fsrcnn.__version__,
    }
    if figures is not None:
        record["figures"] = {
            "psnr": figures.model.psnr,
            "ssim": figures.model.ssim,
            "bicubic_psnr": figures.bicubic.psnr,
            "bicubic_ssim": figures.bicubic.ssim,
            "data_range": figures.model.data_range,
            "channels": figures.model.channels,
        }
    return record
