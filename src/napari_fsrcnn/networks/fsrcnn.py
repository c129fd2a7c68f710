"""FSRCNN: feature extraction, shrinking, mapping, expanding and deconvolution, all on LR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from torch import Tensor, nn

from napari_fsrcnn.networks.convolution import Convolution, PaddingMode, check_padding_mode
from napari_fsrcnn.networks.deconvolution import Deconvolution
from napari_fsrcnn.networks.prelu import PReLU

PReLUSlopes = Literal["channel", "layer"]


class FSRCNN(nn.Module):
    """FSRCNN(d, s, m).

    Parameters
    ----------
    scale : int
        Enlargement on both axes.
    d, s, m : int
        Feature maps, shrunken maps and number of mapping layers: (56, 12, 4) for FSRCNN and
        (32, 5, 1) for FSRCNN-s.
    padding_mode : {"replicate", "zeros"}
        What every layer sees outside the picture, the deconvolution too.
    deconv_padding : int, optional
        Padding of the 9 x 9 deconvolution (:class:`Deconvolution`). By default 3 at x3, where that
        centres the kernel on the LR pixel, and 4 elsewhere.
    prelu : {"channel", "layer"}
        One learnt slope for each channel, or one for the layer.

    Raises
    ------
    ValueError
        If a number is out of its range or a choice is none of those above.

    References
    ----------
    Dong et al., "Accelerating the super-resolution convolutional neural network",
    arXiv 1608.00367, section 3.2.
    """

    def __init__(
        self,
        scale: int,
        d: int = 56,
        s: int = 12,
        m: int = 4,
        padding_mode: PaddingMode = "replicate",
        deconv_padding: int | None = None,
        prelu: PReLUSlopes = "channel",
    ) -> None:
        super().__init__()
        if deconv_padding is None:
            deconv_padding = 3 if scale == 3 else 4
        check_padding_mode(padding_mode)
        if prelu not in get_args(PReLUSlopes):
            raise ValueError(f"prelu must be channel or layer, not {prelu!r}.")
        if min(d, s) < 1 or m < 0:
            raise ValueError(f"d and s must be at least 1 and m at least 0, not {d}, {s} and {m}.")
        widths = [(1, d, 5), (d, s, 1), *[(s, s, 3)] * m, (s, d, 1)]
        layers: list[nn.Module] = []
        for channels, maps, kernel in widths:
            layers += [
                Convolution(channels, maps, kernel, padding="same", padding_mode=padding_mode),
                PReLU(maps if prelu == "channel" else 1),
            ]
        self.scale = scale
        self.hyperparameters: Mapping[str, Any] = {
            "d": d,
            "s": s,
            "m": m,
            "padding_mode": padding_mode,
            "deconv_padding": deconv_padding,
            "prelu": prelu,
        }
        self.features = nn.Sequential(*layers)
        self.deconvolution = Deconvolution(d, scale, deconv_padding, padding_mode)
        self.halo = sum(kernel // 2 for *_, kernel in widths) + self.deconvolution.halo

    def forward(self, lr: Tensor) -> Tensor:
        """Map an LR plane ``(N, 1, H, W)`` in [0, 1] to HR ``(N, 1, scale * H, scale * W)``."""
        enlarged: Tensor = self.deconvolution(self.features(lr))
        return enlarged
