"""The bicubic module against the resize that it copies."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_fsrcnn.image.resize import imresize
from napari_fsrcnn.networks.bicubic import BicubicUpsample


@given(scale=st.integers(1, 8), height=st.integers(1, 9), width=st.integers(1, 9))
def test_it_is_imresize_at_every_size(scale: int, height: int, width: int) -> None:
    lr = np.random.default_rng(6).uniform(size=(2, 1, height, width)).astype(np.float32)
    enlarged = BicubicUpsample(scale)(torch.from_numpy(lr))
    np.testing.assert_allclose(enlarged.numpy(), imresize(lr, scale), rtol=0, atol=1e-6)


def test_its_kernel_is_no_weight() -> None:
    module = BicubicUpsample(3)
    assert not module.state_dict()
    assert not list(module.parameters())


def test_it_follows_its_network_to_another_precision() -> None:
    module = BicubicUpsample(2).double()
    assert module(torch.zeros(1, 1, 3, 3, dtype=torch.float64)).dtype == torch.float64
