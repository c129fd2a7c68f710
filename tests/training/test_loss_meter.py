"""What ends a run as diverged, and what does not."""

import math

import pytest

from napari_fsrcnn.training.loss_meter import Diverged, LossLimit


def test_a_loss_a_hundred_times_the_first_has_exploded() -> None:
    limit = LossLimit()
    for loss in (0.02, 0.5, 1.9, 0.01):
        limit.check(loss)
    with pytest.raises(Diverged, match=r"exploded, from 0\.02 to 2\.1,"):
        limit.check(2.1)


@pytest.mark.parametrize("first", [0.0, 1e-7])
def test_flat_patches_at_the_start_do_not_end_a_run(first: float) -> None:
    limit = LossLimit()
    limit.check(first)
    limit.check(0.05)  # an MSE that is poor, and no more
    with pytest.raises(Diverged, match="exploded"):
        limit.check(0.2)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_ends_it(value: float) -> None:
    with pytest.raises(Diverged, match="no longer a number"):
        LossLimit().check(value)
    with pytest.raises(Diverged, match="no longer a number"):
        LossLimit.check_psnr(value)
