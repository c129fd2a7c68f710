"""The protocol: bicubic's figures on the literature's image sets, and its steps one by one."""

from collections.abc import Callable
from pathlib import Path

import imageio.v3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.metrics import psnr, ssim
from napari_fsrcnn.image.protocol import crop_to_multiple, luma, make_lr, to_levels
from napari_fsrcnn.image.resize import imresize

# Bicubic on Y, PSNR in dB and SSIM: measured here, and the literature's to its last digit.
GATES = {
    ("Set5", 2): (33.661, 0.9299),
    ("Set5", 3): (30.392, 0.8682),
    ("Set5", 4): (28.421, 0.8104),
    ("Set14", 2): (30.232, 0.8687),
    ("Set14", 3): (27.541, 0.7736),
    ("Set14", 4): (26.000, 0.7019),
    ("BSD100", 2): (29.558, 0.8431),
    ("BSD100", 3): (27.207, 0.7384),
    ("BSD100", 4): (25.961, 0.6674),
}


def pictures(folder: Path, scale: int) -> list[Path]:
    ready_made = folder / f"image_SRF_{scale}"
    return sorted(ready_made.glob("*_HR.png") if ready_made.is_dir() else folder.glob("*.*"))


def measure_bicubic(file: Path, scale: int) -> tuple[float, float]:
    hr = crop_to_multiple(luma(imageio.v3.imread(file)), scale)
    restored = to_levels(imresize(make_lr(hr, scale), scale) / 255)
    return (
        psnr(hr, restored, data_range=255, shave=scale),
        ssim(hr, restored, data_range=255, shave=scale),
    )


@pytest.mark.parametrize(("name", "scale"), GATES)
def test_bicubic_gives_the_figures_of_the_literature(
    data_folder: Callable[[str], Path], name: str, scale: int
) -> None:
    files = pictures(data_folder(name), scale)
    assert len(files) == {"Set5": 5, "Set14": 14, "BSD100": 100}[name]
    mean_psnr, mean_ssim = np.mean([measure_bicubic(file, scale) for file in files], axis=0)
    expected_psnr, expected_ssim = GATES[name, scale]
    assert mean_psnr == pytest.approx(expected_psnr, abs=0.03)
    assert mean_ssim == pytest.approx(expected_ssim, abs=0.0005)


@given(picture=hnp.arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5))))
def test_grey_is_its_own_luma(picture: NDArray[np.uint8]) -> None:
    found = luma(picture)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, picture)


@given(
    picture=hnp.arrays(
        np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.sampled_from([3, 4]))
    )
)
def test_luma_of_color(picture: NDArray[np.uint8]) -> None:
    found = luma(picture)
    red, green, blue = np.moveaxis(picture[..., :3].astype(float), -1, 0)
    exact = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    assert found.shape == picture.shape[:2]
    assert (np.abs(found - exact) <= 0.5 + 1e-9).all()
    np.testing.assert_array_equal(found, np.round(found))
    assert 16 <= found.min() <= found.max() <= 235


def test_levels_are_rounded_half_away_from_zero() -> None:
    levels = np.array([-3, 0, 0.49, 0.5, 1.5, 2.5, 254.5, 255, 300])
    assert to_levels(levels / 255).tolist() == [0, 0, 0, 1, 2, 3, 255, 255, 255]


@given(levels=hnp.arrays(np.uint8, 7))
def test_whole_levels_stay(levels: NDArray[np.uint8]) -> None:
    for unit in (levels / 255, (levels / 255).astype(np.float32)):
        np.testing.assert_array_equal(to_levels(unit), levels)


@given(
    height=st.integers(2, 20),
    width=st.integers(2, 20),
    scale=st.integers(2, 4),
    planes=st.integers(1, 3),
)
def test_cropping_cuts_at_the_end(height: int, width: int, scale: int, planes: int) -> None:
    image = np.arange(planes * height * width).reshape(planes, height, width)
    if min(height, width) < scale:
        with pytest.raises(ValueError, match=f"{height} x {width} pixels is too small"):
            crop_to_multiple(image, scale)
        return
    cropped = crop_to_multiple(image, scale)
    assert cropped.shape[-1] % scale == cropped.shape[-2] % scale == 0
    assert cropped.shape[-1] > width - scale
    assert cropped.shape[-2] > height - scale
    np.testing.assert_array_equal(cropped, image[:, : cropped.shape[1], : cropped.shape[2]])
    assert make_lr(cropped, scale).shape == (
        planes,
        cropped.shape[1] // scale,
        cropped.shape[2] // scale,
    )
