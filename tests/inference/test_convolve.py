"""The forms that a convolution takes on GPUs give its numbers; on any device they can be asked."""

import pytest
import torch
from torch.nn import functional

from napari_fsrcnn.inference.convolve import convolve, lay_out, multiply_maps, multiply_pixels


def test_a_product_over_maps_is_a_convolution_with_1_x_1_kernels() -> None:
    maps = torch.rand(2, 7, 5, 6).contiguous(memory_format=torch.channels_last)
    weight, bias = torch.rand(3, 7, 1, 1), torch.rand(3)
    found = multiply_maps(maps, lay_out(weight), bias)
    torch.testing.assert_close(found, functional.conv2d(maps, weight, bias))
    assert found.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("size", [3, 5, 9])
def test_a_product_over_pixels_is_a_convolution_of_one_map(size: int) -> None:
    maps, weight, bias = torch.rand(2, 1, 11, 12), torch.rand(4, 1, size, size), torch.rand(4)
    found = multiply_pixels(maps, lay_out(weight), bias)
    torch.testing.assert_close(found, functional.conv2d(maps, weight, bias))
    assert found.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (1, 2)])
def test_a_processor_convolves_as_torch_does(stride: tuple[int, int]) -> None:
    maps, weight, bias = torch.rand(1, 7, 9, 10), torch.rand(3, 7, 3, 3), torch.rand(3)
    found = convolve(maps, lay_out(weight), bias, stride)
    torch.testing.assert_close(found, functional.conv2d(maps, weight, bias, stride))
