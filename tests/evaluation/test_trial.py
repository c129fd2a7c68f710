"""One picture, restored and measured."""

import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.evaluation.trial import Trial
from napari_fsrcnn.image.resize import imresize

SMOOTH = imresize(np.random.default_rng(0).integers(0, 256, (12, 16)), 4).clip(0, 255)


@pytest.mark.parametrize(("dtype", "factor"), [(np.uint8, 1), (np.uint16, 16), (np.float32, 1)])
def test_the_map_of_the_error_gives_the_psnr(dtype: type, factor: int) -> None:
    trial = Trial(Pair("a/b", (factor * SMOOTH).astype(dtype), None, rgb=False), 3)
    score = trial.score(trial.bicubic)
    inside = trial.error(trial.bicubic)[3:-3, 3:-3]
    assert -10 * np.log10(np.mean(inside**2)) == pytest.approx(score.bicubic_psnr, abs=1e-3)
    assert (score.psnr_gain, score.ssim_gain) == (0, 0)


def test_a_perfect_result_has_no_error() -> None:
    trial = Trial(Pair("a/b", SMOOTH.astype(np.uint8), None, rgb=False), 2)
    assert not trial.error(trial.planes.hr).any()
    assert trial.score(trial.planes.hr).psnr == float("inf")


def test_what_is_too_small_is_named() -> None:
    tiny = Pair("a/tiny", np.zeros((12, 12), np.uint8), None, rgb=False)
    with pytest.raises(ValueError, match=r"^a/tiny can't be measured. SSIM needs at least 11"):
        Trial(tiny, 2)
