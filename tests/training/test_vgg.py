import pytest
from torch import nn
from torchvision.models import vgg as torchvision_vgg

from napari_fsrcnn.training.vgg import WIDTHS, Vgg, layer_names, layers_to


@pytest.mark.parametrize(("vgg", "column"), [("vgg16", "D"), ("vgg19", "E")])
def test_layers_are_torchvisions_in_kind_number_and_width(vgg: Vgg, column: str) -> None:
    layers = torchvision_vgg.make_layers(torchvision_vgg.cfgs[column])
    names = layer_names(vgg)
    kinds = {"conv": nn.Conv2d, "relu": nn.ReLU, "pool": nn.MaxPool2d}

    assert len(names) == len(layers)
    for name, layer in zip(names, layers, strict=True):
        assert isinstance(layer, kinds[name[:4]])
        if isinstance(layer, nn.Conv2d):
            assert layer.out_channels == WIDTHS[int(name[4]) - 1]


def test_published_layers_are_there() -> None:
    assert layers_to("vgg16", "relu2_2")[-2:] == ("conv2_2", "relu2_2")
    assert layers_to("vgg19", "conv5_4")[-1] == "conv5_4"


@pytest.mark.parametrize(
    ("vgg", "layer"),
    [("vgg16", "relu5_4"), ("vgg16", "conv5_4"), ("vgg19", "pool1"), ("vgg16", "features.8")],
)
def test_unknown_layer_is_refused_with_the_known_ones(vgg: Vgg, layer: str) -> None:
    with pytest.raises(ValueError, match=rf"VGG-{vgg[3:]} has no layer '{layer}'.*relu2_2"):
        layers_to(vgg, layer)
