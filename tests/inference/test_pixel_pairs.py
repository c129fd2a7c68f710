"""Two pixels at a time: the numbers of the convolution itself."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from napari_fsrcnn.inference.convolve import lay_out
from napari_fsrcnn.inference.pixel_pairs import convolve_pairs, fills_lanes, paired_weight


@given(
    st.integers(1, 14),
    st.integers(1, 13),
    st.sampled_from([1, 3, 5]),
    st.integers(1, 9),
    st.integers(1, 8),
)
def test_the_numbers_are_those_of_one_at_a_time(
    given_maps: int, maps: int, taps: int, height: int, pairs: int
) -> None:
    random = torch.Generator().manual_seed(taps)
    size = (2, given_maps, height + taps - 1, 2 * pairs + taps - 1)
    values = torch.randn(size, generator=random).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(maps, given_maps, taps, taps, generator=random)
    bias = torch.randn(maps, generator=random)
    found = convolve_pairs(values, lay_out(paired_weight(weight)), bias.repeat(2))
    expected = functional.conv2d(values, weight, bias)
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert found.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("maps", "taps", "of_8", "of_16"),
    [(12, 3, True, False), (5, 3, False, True), (8, 3, False, True), (56, 3, False, False)],
)
def test_it_is_done_where_it_leaves_fewer_values_of_a_vector_idle(
    maps: int, taps: int, of_8: bool, of_16: bool
) -> None:
    vectors_of_16 = torch.backends.cpu.get_cpu_capability() == "AVX512"
    assert fills_lanes(torch.empty(maps, 12, taps, taps)) == (of_16 if vectors_of_16 else of_8)
    assert not fills_lanes(torch.empty(maps, 12, 1, 1))
