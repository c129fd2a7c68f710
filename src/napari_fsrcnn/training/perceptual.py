"""Perceptual loss: the squared error of what VGG sees, instead of that of the pixels."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fsrcnn.networks.network import freeze
from napari_fsrcnn.training.vgg import WIDTHS, Vgg, layers_to
from napari_fsrcnn.training.vgg_weights import Convention, VggWeights, fetch_vgg, read_vgg


class PerceptualLoss(nn.Module):
    """Mean squared error of VGG's features of two batches of Y.

    Made by :func:`perceptual_loss`. Nothing in it is trained: gradients flow through it to the
    first batch.

    Parameters
    ----------
    layers : nn.Sequential
        VGG up to the layer whose output counts.
    convention : Convention
        How these layers want their input.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, layers: nn.Sequential, convention: Convention) -> None:
        super().__init__()
        self.layers = layers
        for name, values in convention._asdict().items():
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1))
        freeze(self)

    def features(self, y: Tensor) -> Tensor:
        """Compute the chosen layer's output.

        Parameters
        ----------
        y : Tensor, shape (N, 1, H, W), float
            Y in [0, 1], which all three channels of the network see.

        Returns
        -------
        Tensor, shape (N, C, H', W')
            C channels; a pooling layer before the chosen one halves the size, rounded down.
        """
        features: Tensor = self.layers((y - self.mean) / self.std)
        return features

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """Compare a network's output with its target.

        Parameters
        ----------
        output, target : Tensor, shape (N, 1, H, W), float
            Y in [0, 1]. The target gets no gradient.

        Returns
        -------
        Tensor, shape ()
            Mean over batch, channels and positions.
        """
        with torch.no_grad():
            wanted = self.features(target)
        return functional.mse_loss(self.features(output), wanted)


def perceptual_loss(
    vgg: Vgg, layer: str, file: Path | None, device: str | torch.device
) -> PerceptualLoss:
    """Build the loss from the layers of VGG up to one; the others are neither built nor run.

    Parameters
    ----------
    vgg : {"vgg16", "vgg19"}
    layer : str
        ``convB_I`` or, after the ReLU, ``reluB_I``: the I-th convolution of block B.
    file : Path, optional
        Weights, see :func:`napari_fsrcnn.training.vgg_weights.read_vgg`; torchvision is not needed
        then. By default torchvision fetches its ImageNet weights.
    device : str or torch.device
        Where the loss is to be computed.

    Raises
    ------
    ValueError
        If there is no such layer, weights are missing, of wrong shape or no numbers, a file can't
        be read, or torchvision does not work.
    OSError
        If there is no such file or the download fails.

    Notes
    -----
    Johnson et al. (2016, equation 2) take relu2_2 of VGG-16 for super-resolution and, as here, the
    mean over channels and positions. SRGAN (Ledig et al., 2017, equation 5) takes relu5_4 of
    VGG-19; its features are divided by 12.75, which the paper itself gives as a factor of 0.006 on
    the loss. That factor is the weight's default, so features are never rescaled here.

    Features have no unit, so the same weight means another thing with other weights of VGG. With
    those that the authors published (Caffe), relu2_2 is in the hundreds: at 1e-7 its gradient is
    about twice as long as that of the pixels' MSE, at 0.006 the pixels do not count.
    """
    names = layers_to(vgg, layer)
    source = fetch_vgg(vgg) if file is None else read_vgg(file, vgg)
    origin = str(file) if file is not None else f"What torchvision has of {vgg}"
    loss = PerceptualLoss(_build(names, source, origin), source.convention).to(device)
    # the order in which a CPU convolves some 15% faster
    return loss.to(memory_format=torch.channels_last)


def _build(names: Sequence[str], source: VggWeights, origin: str) -> nn.Sequential:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for name in names:
        if name.startswith("conv"):
            width = WIDTHS[int(name[4]) - 1]
            convolution = nn.Conv2d(channels, width, 3, padding=1)
            _fill(convolution, name, source, origin)
            layers[name] = convolution
            channels = width
        else:
            layers[name] = nn.ReLU() if name.startswith("relu") else nn.MaxPool2d(2)
    return nn.Sequential(layers)


def _fill(convolution: nn.Conv2d, name: str, source: VggWeights, origin: str) -> None:
    for kind, parameter in convolution.named_parameters():
        tensor = source.tensors.get(f"{name}.{kind}")
        if tensor is None:
            raise ValueError(
                f"{origin} has no {kind} of {name}: choose an earlier layer, or a file that goes "
                f"as far as this one."
            )
        if tensor.shape != parameter.shape:
            raise ValueError(
                f"{origin} holds a {kind} of {name} of shape {tuple(tensor.shape)} where VGG has "
                f"{tuple(parameter.shape)}: choose the VGG that the file is of, or another file."
            )
        if not tensor.isfinite().all():
            raise ValueError(
                f"{origin} holds values in {name} that are no numbers: give another file."
            )
        parameter.data.copy_(tensor)
