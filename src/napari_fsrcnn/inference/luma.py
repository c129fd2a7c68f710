"""A network on Y of colour tiles, and bicubic on Cb and Cr."""

from __future__ import annotations

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from napari_fsrcnn.image.colour import FROM_RGB, OFFSET, TO_RGB
from napari_fsrcnn.inference.edges import WHOLE, Edges
from napari_fsrcnn.inference.fast_form import bicubic_form
from napari_fsrcnn.inference.prepared import Prepared
from napari_fsrcnn.networks.single_precision import whole_single_precision


@torch.inference_mode()
def upscale_luma(network: Prepared, rgb: Tensor, edges: Edges) -> Tensor:
    """Upscale colour tiles.

    Parameters
    ----------
    network : Prepared
    rgb : Tensor of float32, shape (N, H, W, 3)
        In [0, 1]. Inside the picture it has a halo of the network's own size, and of 2 at least,
        which bicubic needs.
    edges : Edges

    Returns
    -------
    Tensor of float32, shape (N, scale * H, scale * W, 3)
        RGB, on the device of ``rgb``; smaller as the network's output is on the sides that are no
        edges of the picture.
    """
    with whole_single_precision(rgb.device):
        y, cb, cr = _mix(rgb.movedim(-1, 0), FROM_RGB, OFFSET)
        hr_y = network(y[:, None], edges)[:, 0].to(rgb.device)
        # What it sees beyond a side that is no edge is cut off again.
        chroma = bicubic_form(network.scale, rgb.device)(torch.cat([cb, cr])[:, None], WHOLE)
        top, bottom, left, right = (
            0 if edge else lost
            for edge, lost in zip(edges, (network.before, network.after) * 2, strict=True)
        )
        height, width = chroma.shape[-2:]
        hr_cb, hr_cr = chroma[:, 0, top : height - bottom, left : width - right].chunk(2)
        return _mix(torch.stack([hr_y, hr_cb, hr_cr]), TO_RGB, -TO_RGB @ OFFSET).movedim(0, -1)


def _mix(colours: Tensor, matrix: ArrayLike, offset: ArrayLike) -> Tensor:
    """Map three planes ``(3, ...)`` to three others."""
    weights, more = (torch.as_tensor(each).to(colours) for each in (matrix, offset))
    return torch.addmm(more[:, None], weights, colours.reshape(3, -1)).view(colours.shape)
