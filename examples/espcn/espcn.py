"""A network of your own beside SRCNN and FSRCNN: ESPCN, in a package of this one module.

    pip install ./examples/espcn
    napari-fsrcnn train --arch espcn --scale 2 --data PICTURES --out espcn-x2.safetensors

After that it can be chosen in *Train* and on the command line, and what is trained is upscaled with,
measured and tested like the project's own models: in tiles, lazily, on a cluster.

References
----------
Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel
convolutional neural network", arXiv 1609.05158.
"""

from napari_plugin_engine import HookImplementationMarker

from napari_fsrcnn.networks.registry import Architecture


def build_espcn(scale: int, features: int = 64):
    """Build the network; what it needs is imported here, since napari reads this module at start."""
    from torch import nn

    class ESPCN(nn.Sequential):
        """Three convolutions on LR; the last one's maps are the sub-pixels of HR."""

        def __init__(self) -> None:
            super().__init__(
                nn.Conv2d(1, features, 5, padding=2),
                nn.Tanh(),
                nn.Conv2d(features, 32, 3, padding=1),
                nn.Tanh(),
                nn.Conv2d(32, scale**2, 3, padding=1),
                nn.PixelShuffle(scale),
            )
            # What every network tells, see napari_fsrcnn.networks.network.Network.
            self.scale = scale
            self.halo = 2 + 1 + 1
            self.hyperparameters = {"features": features}

    return ESPCN()


@HookImplementationMarker("napari_fsrcnn")
def napari_fsrcnn_architectures():
    """Return what this package adds."""
    return [Architecture("espcn", "ESPCN: fast, on LR throughout", build_espcn)]
