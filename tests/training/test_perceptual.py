from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import correlate
from torch import Tensor, nn
from torchvision.models import VGG16_Weights, VGG19_Weights
from torchvision.models import vgg as torchvision_vgg
from torchvision.transforms.functional import normalize

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Stepped
from napari_fsrcnn.training.perceptual import PerceptualLoss, perceptual_loss
from napari_fsrcnn.training.train import train
from napari_fsrcnn.training.vgg import Vgg, layer_names, layers_to

DataFolder = Callable[[str], Path]
COLUMNS: dict[Vgg, str] = {"vgg16": "D", "vgg19": "E"}
MEAN_BGR = np.array([103.939, 116.779, 123.68])  # from the authors' model file


def torchvision_layers(vgg: Vgg) -> nn.Sequential:
    """VGG's layers as torchvision builds them, with random weights."""
    torch.manual_seed(0)
    layers: nn.Sequential = torchvision_vgg.make_layers(torchvision_vgg.cfgs[COLUMNS[vgg]])
    return layers.eval()


@pytest.fixture(scope="module")
def random_caffe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """VGG-16 to relu2_2 with random weights, named as in Caffe."""
    layers = torchvision_layers("vgg16")
    tensors = {
        f"{name}.{kind}": tensor.detach().contiguous()
        for name, layer in zip(layers_to("vgg16", "relu2_2"), layers, strict=False)
        for kind, tensor in layer.named_parameters()
    }
    path = tmp_path_factory.mktemp("vgg") / "caffe.safetensors"
    safetensors.torch.save_file(tensors, path)
    return path


@pytest.fixture(scope="module")
def loss(random_caffe: Path) -> PerceptualLoss:
    return perceptual_loss("vgg16", "relu2_2", random_caffe, "cpu")


def picture(seed: int = 0, size: int = 32, batch: int = 2) -> Tensor:
    return torch.rand(batch, 1, size, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("vgg", "layer", "count"),
    [("vgg16", "relu2_2", 9), ("vgg16", "conv1_2", 3), ("vgg19", "conv5_4", 35)],
)
def test_features_are_those_of_torchvisions_network_and_transforms(
    vgg: Vgg, layer: str, count: int, tmp_path: Path
) -> None:
    layers = torchvision_layers(vgg)
    path = tmp_path / "vgg.pth"
    torch.save({f"features.{name}": value for name, value in layers.state_dict().items()}, path)
    weights = {"vgg16": VGG16_Weights, "vgg19": VGG19_Weights}[vgg].IMAGENET1K_V1
    transforms = weights.transforms()
    y = picture()
    expected = layers[:count](normalize(y.expand(-1, 3, -1, -1), transforms.mean, transforms.std))

    features = perceptual_loss(vgg, layer, path, "cpu").features(y)

    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)


def test_caffe_weights_see_levels_of_bgr_less_the_mean(random_caffe: Path) -> None:
    tensors = safetensors.torch.load_file(random_caffe)
    y = picture(batch=1)
    channels = 255 * y[0].numpy().astype(float) - MEAN_BGR[:, None, None]
    padded = np.pad(channels, ((0, 0), (1, 1), (1, 1)))
    kernels = tensors["conv1_1.weight"].numpy().astype(float)
    expected = np.concatenate([correlate(padded, kernel, mode="valid") for kernel in kernels])
    expected += tensors["conv1_1.bias"].numpy()[:, None, None]

    features = perceptual_loss("vgg16", "conv1_1", random_caffe, "cpu").features(y)

    np.testing.assert_allclose(features[0], expected, rtol=1e-4, atol=1e-3)


def as_torchvision(caffe: Path, path: Path) -> Path:
    """Write the same network in the other convention: RGB, per standard deviation, other mean."""
    read = np.load if caffe.suffix == ".npz" else safetensors.torch.load_file
    tensors = {name: torch.as_tensor(value).double() for name, value in read(caffe).items()}
    mean_bgr = torch.tensor(MEAN_BGR).view(1, 3, 1, 1)
    mean, std = (torch.tensor(values).double().view(1, 3, 1, 1) for values in imagenet())
    first = tensors["conv1_1.weight"]
    shift = (first * (255 * mean.flip(1) - mean_bgr)).sum((1, 2, 3))
    tensors["conv1_1.bias"] = tensors["conv1_1.bias"] + shift
    tensors["conv1_1.weight"] = first.flip(1) * 255 * std
    numbers = {name: number for number, name in enumerate(layer_names("vgg16"))}
    renamed = {
        f"features.{numbers[layer]}.{kind}": value.float().contiguous()
        for (layer, _, kind), value in ((name.partition("."), v) for name, v in tensors.items())
    }
    safetensors.torch.save_file(renamed, path)
    return path


def imagenet() -> tuple[list[float], list[float]]:
    transforms = VGG16_Weights.IMAGENET1K_V1.transforms()
    return transforms.mean, transforms.std


@pytest.mark.parametrize("weights", ["random", "published"])
def test_same_weights_give_the_same_features_in_both_conventions(
    weights: str, random_caffe: Path, data_folder: DataFolder, tmp_path: Path
) -> None:
    caffe = random_caffe
    if weights == "published":
        caffe = data_folder("vgg16") / "vgg16_relu3_3.npz"
    other = as_torchvision(caffe, tmp_path / "torchvision.safetensors")
    y = picture(size=64)

    features = perceptual_loss("vgg16", "relu2_2", caffe, "cpu").features(y)
    same = perceptual_loss("vgg16", "relu2_2", other, "cpu").features(y)

    # A picture's surroundings are the mean colour, which the conventions do not agree upon.
    inside = (..., slice(4, -4), slice(4, -4))
    size = float(features.std())
    assert size > 0
    torch.testing.assert_close(same[inside], features[inside], rtol=0, atol=1e-4 * size)


def test_loss_is_the_mean_squared_error_of_the_features(loss: PerceptualLoss) -> None:
    output, target = picture(1), picture(2)
    expected = (loss.features(output) - loss.features(target)).square().mean()
    torch.testing.assert_close(loss(output, target), expected)


@given(arrays(np.float32, (1, 1, 8, 8), elements=st.floats(0, 1, width=32)))
def test_a_picture_has_no_distance_from_itself_and_some_from_its_negative(
    loss: PerceptualLoss, values: np.ndarray
) -> None:
    y = torch.from_numpy(values)
    assert loss(y, y) == 0
    assert (loss(y, 1 - y) > 0) == bool((loss.features(y) != loss.features(1 - y)).any())


def test_gradients_reach_the_first_batch_alone_and_lead_to_the_target(loss: PerceptualLoss) -> None:
    output, target = picture(1).requires_grad_(), picture(2).requires_grad_()
    before = loss(output, target)
    before.backward()
    assert output.grad is not None
    assert target.grad is None
    assert not any(parameter.requires_grad for parameter in loss.parameters())
    with torch.no_grad():
        step = output - 1e-3 * output.grad / output.grad.abs().max()
        assert loss(step, target) < before


def test_layers_behind_the_chosen_one_are_not_built(random_caffe: Path) -> None:
    loss = perceptual_loss("vgg16", "relu1_2", random_caffe, "cpu")
    names = [name for name, _ in loss.layers.named_children()]
    assert names == ["conv1_1", "relu1_1", "conv1_2", "relu1_2"]


def test_a_file_that_ends_before_the_layer_is_refused(random_caffe: Path) -> None:
    with pytest.raises(ValueError, match=r"caffe\.safetensors has no weight of conv3_1: choose"):
        perceptual_loss("vgg16", "relu3_1", random_caffe, "cpu")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("conv1_2.weight", torch.zeros(64, 3, 3, 3), r"conv1_2 of shape \(64, 3, 3, 3\) where"),
        ("conv1_2.bias", torch.full((64,), torch.nan), "values in conv1_2 that are no numbers"),
    ],
)
def test_weights_that_can_not_be_vggs_are_refused(
    random_caffe: Path, tmp_path: Path, name: str, value: Tensor, message: str
) -> None:
    tensors = safetensors.torch.load_file(random_caffe) | {name: value}
    safetensors.torch.save_file(tensors, tmp_path / "wrong.safetensors")
    with pytest.raises(ValueError, match=message):
        perceptual_loss("vgg16", "relu1_2", tmp_path / "wrong.safetensors", "cpu")


def test_unknown_layer_is_refused_before_weights_are_sought() -> None:
    with pytest.raises(ValueError, match="VGG-16 has no layer 'relu9_9'"):
        perceptual_loss("vgg16", "relu9_9", Path("not-there.npz"), "cpu")


def test_its_weight_counts_in_training(
    random_caffe: Path, pictures: list[Pair], config: TrainingConfig
) -> None:
    def first_loss(weight: float) -> float:
        chosen = {"loss": "mse-perceptual", "vgg_file": random_caffe, "vgg_weight": weight}
        events = train(config.model_copy(update=chosen | {"steps": 1}), pictures=pictures)
        return next(event.loss for event in events if isinstance(event, Stepped))

    without, single, double = (first_loss(weight) for weight in (0.0, 1.0, 2.0))
    assert single > without
    assert double - single == pytest.approx(single - without, rel=1e-3)


def test_missing_weights_end_a_run_before_its_folder_is_made(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    chosen = {"loss": "mse-perceptual", "vgg_file": tmp_path / "none.npz", "run": run}
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        list(train(config.model_copy(update=chosen), pictures=pictures))
    assert not run.exists()
