"""What the Layers menu offers: upscaling with the default models, and PSNR and SSIM."""

from __future__ import annotations

from napari.layers import Image
from napari.utils.notifications import show_error
from napari.viewer import Viewer

from napari_fsrcnn.widgets.image_layers import finest_level, image_layer
from napari_fsrcnn.widgets.lazy_job import upscaling_job
from napari_fsrcnn.widgets.measure_job import MeasureJob
from napari_fsrcnn.widgets.preferences import preferred
from napari_fsrcnn.widgets.upscaling import Request


def super_resolution_x2(viewer: Viewer) -> None:
    """Upscale the active image layer x2."""
    _upscale_active(viewer, 2)


def super_resolution_x3(viewer: Viewer) -> None:
    """Upscale the active image layer x3."""
    _upscale_active(viewer, 3)


def super_resolution_x4(viewer: Viewer) -> None:
    """Upscale the active image layer x4."""
    _upscale_active(viewer, 4)


def measure_two_layers(viewer: Viewer) -> None:
    """Show PSNR and SSIM of the upper of two selected layers against the lower one."""
    try:
        reference, image = _two_images(viewer)
    except ValueError as error:
        show_error(str(error))
    else:
        MeasureJob(viewer, reference, image).start()


def _upscale_active(viewer: Viewer, scale: int) -> None:
    try:
        layer = image_layer(viewer.layers.selection.active)
    except ValueError as error:
        show_error(str(error))
        return
    request = Request(
        finest_level(layer),
        bool(layer.rgb),
        f"fsrcnn-x{scale}",
        scale,
        device=preferred("device"),
    )
    upscaling_job(viewer, layer, request).start()


def _two_images(viewer: Viewer) -> tuple[Image, Image]:
    selected = [layer for layer in viewer.layers if layer in viewer.layers.selection]
    if len(selected) != 2:
        raise ValueError(
            f"PSNR and SSIM compare two image layers, and {len(selected) or 'none'} "
            f"{'is' if len(selected) < 2 else 'are'} selected: select two, the reference below."
        )
    reference, image = (image_layer(layer) for layer in selected)
    if reference.rgb != image.rgb:
        raise ValueError(
            f"Of {reference.name} and {image.name} only one is colour, so they can't be compared."
        )
    return reference, image
