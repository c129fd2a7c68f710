"""The gate of the value range: how a picture is stored makes no difference to the gain.

It is measured on the pictures that each shipped model's record names as its validation split: a
model, or a setting of its training, may be chosen by them, and never by a test set.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3
import numpy as np
import pytest
from numpy.typing import NDArray

from napari_fsrcnn.image.metrics import psnr
from napari_fsrcnn.image.protocol import crop_to_multiple, luma, make_lr, to_levels
from napari_fsrcnn.inference.upscale import bicubic, upscale
from napari_fsrcnn.weights.shipped import load_model

DataFolder = Callable[[str], Path]
Plane = NDArray[np.floating[Any]]
Store = Callable[[Plane], NDArray[Any]]

AS_UINT8: tuple[Store, float] = (lambda levels: levels.astype(np.uint8), 255)

# Levels 0..255 as they might be stored, and what 255 becomes there.
STORED: dict[str, tuple[Store, float]] = {
    "12 bits in uint16": (lambda levels: np.round(levels / 255 * 4095).astype(np.uint16), 4095),
    "16 bits": (lambda levels: (levels * 257).astype(np.uint16), 65535),
    "float 0..4095": (lambda levels: levels / 255 * 4095, 4095),
    "float 0..1": (lambda levels: (levels / 255).astype(np.float32), 1),
    "int16 below zero": (lambda levels: (levels * 100 - 20_000).astype(np.int16), 25_500),
}


def y_of_validation(model: str, data_folder: DataFolder) -> list[Plane]:
    """Read the Y of the pictures that a shipped model was validated on, of all its data sets."""
    training = load_model(model).card.training
    assert training is not None
    assert not set(training.train) & set(training.validation)
    pictures: list[Plane] = []
    for name in training.validation:
        data, _, stem = name.partition("/")
        (file,) = data_folder(data).glob(f"{stem}.*")
        pictures.append(luma(imageio.v3.imread(file)))
    return pictures


def filling_the_range(y: Plane) -> Plane:
    """Stretch Y, which is 16..235, to what a grey picture has: 0..255."""
    return np.round(np.clip((y - 16) * 255 / 219, 0, 255))


def mean_gain(pictures: list[Plane], scale: int, store: Store, data_range: float) -> float:
    """Measure what the shipped model gains over bicubic on pictures stored in one way, in dB."""
    gains = []
    for picture in pictures:
        levels = crop_to_multiple(picture, scale)
        hr, lr = store(levels), store(to_levels(make_lr(levels, scale) / 255))
        restored = upscale(lr, f"fsrcnn-x{scale}", rgb=False, device="cpu")
        by_network, by_bicubic = (
            psnr(hr, image, data_range=data_range, shave=scale)
            for image in (restored, bicubic(lr, scale, rgb=False))
        )
        gains.append(by_network - by_bicubic)
    return float(np.mean(gains))


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("stored", STORED)
def test_the_gain_is_that_of_the_same_picture_in_uint8(
    data_folder: DataFolder, scale: int, stored: str
) -> None:
    pictures = y_of_validation(f"fsrcnn-x{scale}", data_folder)
    in_uint8 = mean_gain(pictures, scale, *AS_UINT8)
    assert mean_gain(pictures, scale, *STORED[stored]) == pytest.approx(in_uint8, abs=0.1)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_grey_pictures_with_real_black_gain_as_much(data_folder: DataFolder, scale: int) -> None:
    y = y_of_validation(f"fsrcnn-x{scale}", data_folder)
    grey = [filling_the_range(picture) for picture in y]
    expected = mean_gain(y, scale, *AS_UINT8)
    assert mean_gain(grey, scale, *AS_UINT8) == pytest.approx(expected, abs=0.1)
