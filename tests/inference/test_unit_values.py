"""The way to [0, 1] and back for tensors: to the last bit what it is for arrays."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from napari_fsrcnn.image.value_range import ValueRange, from_unit, to_unit
from napari_fsrcnn.inference.unit_values import UnitValues, travels

TRAVELLING = ["?", "u1", "i1", "u2", "i2", "f2", "f4"]
RANGES = [ValueRange(0, 1), ValueRange(0, 255), ValueRange(-7, 3900.5), ValueRange(3, 3)]


@pytest.mark.parametrize("dtype", TRAVELLING)
@given(data=st.data(), limits=st.sampled_from(RANGES))
def test_values_become_the_same(data: st.DataObject, dtype: str, limits: ValueRange) -> None:
    finite = {"allow_nan": False, "allow_infinity": False} if dtype.startswith("f") else {}
    image = data.draw(hnp.arrays(dtype, 7, elements=finite))
    unit = UnitValues.of(dtype, limits).to_unit(torch.from_numpy(image))
    np.testing.assert_array_equal(unit.numpy(), to_unit(image, limits))


@pytest.mark.parametrize("dtype", TRAVELLING)
@given(
    unit=hnp.arrays(np.float32, 7, elements=st.floats(-3, 3, width=32)),
    limits=st.sampled_from(RANGES),
)
def test_results_become_the_same(unit: NDArray[np.float32], dtype: str, limits: ValueRange) -> None:
    found = UnitValues.of(dtype, limits).from_unit(torch.from_numpy(unit)).numpy()
    np.testing.assert_array_equal(found, from_unit(unit, limits, dtype))
    assert found.dtype == np.dtype(dtype)


def test_halves_are_rounded_up() -> None:
    halves = torch.tensor([0.5, 1.5, 2.5, 3.5])
    found = UnitValues(ValueRange(0, 1), torch.uint8).from_unit(halves)
    assert found.tolist() == [1, 2, 3, 4]


def test_what_single_precision_does_not_hold_stays_on_the_host() -> None:
    assert all(travels(dtype) for dtype in [*TRAVELLING, ">u2", ">f4"])
    assert not any(travels(dtype) for dtype in ["i4", "u4", "i8", "u8", "f8", "g"])
