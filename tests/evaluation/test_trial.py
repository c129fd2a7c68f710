"""One picture, restored and measured."""

import numpy as np
import pytest

from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.evaluation.trial import Trial, try_out
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


@pytest.mark.parametrize(("scale", "least"), [(2, 16), (3, 18), (4, 20)])
def test_what_is_too_small_is_told_once_with_what_to_do(scale: int, least: int) -> None:
    tiny, enough = (
        Pair("a/tiny", np.eye(size, dtype=np.uint8), None, rgb=False) for size in (least - 1, least)
    )
    unusable = try_out(tiny, scale)
    assert isinstance(unusable, Unusable)
    assert unusable.sentence.count("a/tiny") == 1
    assert f"its {least - 1} x {least - 1} pixels are too few" in unusable.sentence
    assert f"to be measured at x{scale}: give a picture" in unusable.sentence
    trial = Trial(enough, scale)
    assert trial.score(trial.bicubic).psnr > 0
