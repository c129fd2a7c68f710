"""A result's exact downscale against its input."""

from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from napari_fsrcnn.evaluation.compare import channels_of
from napari_fsrcnn.evaluation.consistency import consistency, zarr_consistency
from napari_fsrcnn.files.axes import named_axis
from napari_fsrcnn.files.open_picture import OpenPicture
from napari_fsrcnn.image.protocol import make_lr
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.inference.restore import Color
from napari_fsrcnn.inference.stream import upscale_to_zarr
from napari_fsrcnn.inference.upscale import bicubic, upscale

RANDOM = np.random.default_rng(3)
HR = RANDOM.integers(0, 256, (48, 60)).astype(np.float32) / 255


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_picture_agrees_with_what_it_was_shrunk_to(scale: int) -> None:
    assert consistency(make_lr(HR, scale), HR, scale).psnr > 120


@given(st.floats(0.001, 0.2), st.sampled_from([2, 3]))
def test_a_constant_shift_is_found(shift: float, scale: int) -> None:
    lr = np.full((6, 7), 0.5)
    shifted = np.full((6 * scale, 7 * scale), 0.5 + shift)
    assert consistency(lr, shifted, scale).psnr == pytest.approx(-20 * np.log10(shift), abs=1e-6)


def test_it_does_not_depend_on_how_the_picture_is_stored() -> None:
    lr = np.round(255 * make_lr(HR, 3)).clip(0, 255).astype(np.uint8)
    expected = consistency(lr, bicubic(lr, 3), 3).psnr
    as_float, as_wide = lr / np.float32(255), lr.astype(np.uint16) * 257
    assert consistency(as_float, bicubic(as_float, 3), 3).psnr == pytest.approx(expected, abs=0.05)
    narrower = 20 * np.log10(find_value_range(as_wide).span / 65535)
    assert consistency(as_wide, bicubic(as_wide, 3), 3).psnr == pytest.approx(
        expected + narrower, abs=0.05
    )


def test_of_colour_y_or_all_and_never_alpha() -> None:
    lr = RANDOM.integers(0, 256, (40, 40, 4), np.uint8)
    result = bicubic(lr, 2)
    result[..., 3] = 0
    on_y = consistency(lr, result, 2)
    assert on_y == consistency(lr[..., :3], result[..., :3], 2)
    red = result.copy()
    red[..., 0] = np.clip(red[..., 0].astype(int) + 60, 0, 255)
    lost = [
        consistency(lr, result, 2, channels=channels).psnr
        - consistency(lr, red, 2, channels=channels).psnr
        for channels in ("luma", "all")
    ]
    assert lost[1] > lost[0] > 0  # Y sees a quarter of red


def test_a_stack_counts_as_one() -> None:
    lr = np.full((4, 6, 6), 0.5)
    result = np.full((4, 12, 12), 0.5)
    result[0] += 0.1  # a quarter of all pixels
    assert consistency(lr, result, 2).psnr == pytest.approx(20 - 10 * np.log10(1 / 4))


def test_the_middle_of_a_large_picture_is_measured_as_if_it_were_not_cut() -> None:
    lr = RANDOM.integers(0, 256, (70, 64), np.uint8).astype(np.float32) / 255
    hr = np.kron(lr, np.ones((2, 2), np.float32))
    exact = make_lr(hr, 2)
    # A mirrored edge of the sample would show.
    assert consistency(exact, hr, 2, pixels=4900).psnr > 120
    hr[:10] = 0  # far from the middle
    found = consistency(exact, hr, 2, pixels=4900)
    assert found.psnr > 120
    assert found.part == "the middle 35 x 35 of 70 x 64 pixels"


def test_where_the_middle_is_empty_another_part_is_measured() -> None:
    lr = np.zeros((90, 80), np.uint8)
    lr[:20, :20] = RANDOM.integers(0, 256, (20, 20))
    found = consistency(lr, bicubic(lr, 2), 2, pixels=3600)
    assert found.part == "an outer 30 x 30 of 90 x 80 pixels"
    assert found.psnr < 60


def test_all_of_an_ordinary_picture_is_measured() -> None:
    lr = RANDOM.integers(0, 256, (800, 1000), np.uint8)
    hr = np.kron(lr, np.ones((2, 2), np.uint8))
    before = consistency(lr, hr, 2)
    hr[-20:] = 0
    after = consistency(lr, hr, 2)
    assert before.part == after.part == ""
    assert after.psnr < before.psnr - 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.bool_])
def test_a_picture_of_one_value_agrees_with_itself(dtype: type) -> None:
    lr: NDArray[Any] = np.full((9, 9), 1, dtype)
    assert consistency(lr, upscale(lr, "fsrcnn-x2", device="cpu").clip(1, 1), 2).psnr > 100


def test_of_lazy_arrays_the_middle_is_read_alone() -> None:
    lr = RANDOM.integers(0, 256, (3, 90, 80, 3), np.uint8)
    result = bicubic(lr, 2)
    how: dict[str, Any] = {"rgb": True, "pixels": 2500}
    expected = consistency(lr, result, 2, **how)
    read: list[Any] = []

    def keep(block: NDArray[Any]) -> NDArray[Any]:
        read.append(block.shape)
        return block

    def lazy(image: NDArray[Any]) -> Any:
        chunks = da.from_array(image, chunks=(1, 10, 10, 3))
        return chunks.map_blocks(keep, meta=np.empty((0,) * 4, np.uint8))

    assert consistency(lazy(lr), lazy(result), 2, **how) == expected
    assert 0 < len(read) < 80  # of 216 and 864
    assert consistency(zarr.array(lr), zarr.array(result), 2, **how) == expected


@pytest.mark.parametrize("letters", ["YX", "TZYX", "ZCYX", "CZYX"])
def test_a_result_in_ome_zarr(letters: str, tmp_path: Path) -> None:
    sizes = {"T": 2, "Z": 3, "C": 2, "Y": 30, "X": 40}
    lr = RANDOM.integers(0, 256, [sizes[letter] for letter in letters], np.uint8)
    picture = OpenPicture(lr, rgb=False, axes=tuple(map(named_axis, letters)))
    upscale_to_zarr(picture, tmp_path / "a.zarr", "fsrcnn-s-x2", device="cpu")
    expected = consistency(lr, upscale(lr, "fsrcnn-s-x2", device="cpu"), 2).psnr
    assert zarr_consistency(picture, tmp_path / "a.zarr", 2).psnr == pytest.approx(
        expected, abs=0.01
    )


@pytest.mark.parametrize("color", ["luma", "channels"])
def test_a_colour_result_in_ome_zarr(color: Color, tmp_path: Path) -> None:
    lr = RANDOM.integers(0, 256, (30, 40, 3), np.uint8)
    channels = channels_of(color)
    picture = OpenPicture(lr, rgb=True, axes=tuple(map(named_axis, "YXC")))
    upscale_to_zarr(picture, tmp_path / "a.zarr", "fsrcnn-s-x2", device="cpu", color=color)
    result = upscale(lr, "fsrcnn-s-x2", device="cpu", rgb=True, color=color)
    found = zarr_consistency(picture, tmp_path / "a.zarr", 2, channels=channels).psnr
    expected = consistency(lr, result, 2, rgb=True, channels=channels).psnr
    assert found == pytest.approx(expected, abs=0.01)


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has the shape \(18, 18\), not \(18, 20\)"):
        consistency(np.zeros((9, 9)), np.zeros((18, 20)), 2)
