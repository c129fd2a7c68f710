"""The gain by region as a layer that lies over the layer that was tested."""

from __future__ import annotations

import numpy as np
from napari.layers import Image
from napari.utils.transforms import Affine

from napari_fsrcnn.evaluation.self_test_result import SelfTest
from napari_fsrcnn.widgets.result_layer import METADATA_KEY

# In dB: with less on both ends of the colours, noise would look like a gain.
_LEAST_CONTRAST = 1.0


def region_layer(source: Image, result: SelfTest) -> Image:
    """Make the layer: green where the best model gains, pink where it loses.

    Parameters
    ----------
    source : Image
        The layer that was tested; a multiscale one counts as its finest level.
    result : SelfTest
        Of this layer. It may be of a part of it, and the map then lies over this part.
    """
    region = result.region
    state = source.as_layer_data_tuple()[1]
    linear = Affine(**{part: state[part] for part in ("scale", "rotate", "shear")}).linear_matrix
    strongest = max(np.ceil(np.percentile(np.abs(region.gain), 99)), _LEAST_CONTRAST)
    layer = Image(
        region.gain,
        name=f"{source.name} [dB gained by {result.best.name}]",
        colormap="PiYG",
        contrast_limits=(-strongest, strongest),
        opacity=0.7,
        blending="translucent",
        translate=state["translate"] + linear @ np.array(region.start),
        metadata={METADATA_KEY: {"model": result.best.name, "scale": result.scale}},
        **{
            name: state[name]
            for name in ("affine", "axis_labels", "rotate", "scale", "shear", "units")
        },
    )
    layer.colorbar.visible = True
    return layer
