"""PReLU of few maps by rows: the numbers of torch's own."""

import pytest
import torch
from torch.nn import functional

from napari_fsrcnn.inference.valid import rectify_rows


@pytest.mark.parametrize("maps", [1, 5, 12])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rows_are_rectified_as_maps_are(maps: int, dtype: torch.dtype) -> None:
    values = torch.randn(2, maps, 7, 9).to(dtype).contiguous(memory_format=torch.channels_last)
    slopes = torch.linspace(-0.5, 1.5, maps, dtype=dtype)
    found = rectify_rows(values, slopes)
    assert torch.equal(found, functional.prelu(values, slopes))
    assert found.is_contiguous(memory_format=torch.channels_last)
