import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.patches import PatchSampler

SCALE, PATCH = 3, 4


def picture(index: int, height: int, width: int) -> LumaPair:
    """Every pixel a number of its own, and LR the top left pixel of its HR block."""
    numbers = np.arange(SCALE * height * SCALE * width, dtype=np.float32) + index * 10_000
    hr = numbers.reshape(SCALE * height, SCALE * width)
    return LumaPair(str(index), hr[::SCALE, ::SCALE].copy(), hr, whole_levels=True)


def sampler(pairs: list[LumaPair], seed: int = 0, batch: int = 64, margin: int = 0) -> PatchSampler:
    return PatchSampler(pairs, SCALE, PATCH, batch, margin, torch.Generator().manual_seed(seed))


def orientations(square: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    turned = [np.rot90(square, k) for k in range(4)]
    return turned + [turn.T for turn in turned]


def test_patches_are_cut_from_the_pictures_and_lr_fits_hr() -> None:
    pairs = [picture(0, 9, 6), picture(1, 4, 11)]
    lr, hr, counts = sampler(pairs).draw()
    assert (counts == 1).all()
    assert lr.shape == (64, 1, PATCH, PATCH)
    assert hr.shape == (64, 1, SCALE * PATCH, SCALE * PATCH)
    for low, high in zip(lr[:, 0].numpy(), hr[:, 0].numpy(), strict=True):
        source = pairs[int(low.min() >= 10_000)]
        y, x = np.argwhere(source.lr == low.min())[0]
        block = source.hr[SCALE * y : SCALE * (y + PATCH), SCALE * x : SCALE * (x + PATCH)]
        matches = [
            np.array_equal(high, high_block) and np.array_equal(low, low_block)
            for high_block, low_block in zip(
                orientations(block), orientations(block[::SCALE, ::SCALE]), strict=True
            )
        ]
        assert sum(matches) == 1


def test_every_place_and_every_orientation_comes_up() -> None:
    pairs = [picture(0, 5, 6)]
    draw = sampler(pairs, batch=600)
    lr = draw.draw()[0][:, 0].numpy()
    seen = {patch.tobytes() for patch in lr}
    # 2 x 3 places in 8 orientations each
    assert len(seen) == 48


def test_small_and_large_pictures_are_drawn_alike() -> None:
    draw = sampler([picture(0, 30, 30), picture(1, 4, 4), picture(2, 9, 4)], batch=3000)
    index = draw.draw()[0].amin((1, 2, 3)) // 10_000
    assert index.int().bincount().tolist() == pytest.approx([1000] * 3, abs=150)


def test_with_a_margin_a_patch_lies_at_an_edge_more_often() -> None:
    rows, margin = 20, 1
    lr = sampler([picture(0, rows, 4)], batch=8000, margin=margin).draw().lr
    corners = lr.amin((1, 2, 3)).long() // (SCALE * SCALE * 4)
    places = rows - PATCH + 1
    drawn = corners.bincount(minlength=places) / len(corners) * (places + 2 * margin)
    assert drawn.tolist() == pytest.approx([1 + margin, *[1] * (places - 2), 1 + margin], abs=0.25)


@pytest.mark.parametrize("margin", [1, 2])
def test_a_margin_counts_nothing_where_the_picture_goes_on(margin: int) -> None:
    height, width, patch = 9, 7, 5
    random = torch.Generator().manual_seed(0)
    lr, _, counts = PatchSampler(
        [picture(0, height, width)], SCALE, patch, 300, margin, random
    ).draw()
    assert counts.shape == (300, 1, SCALE * patch, SCALE * patch)
    seen = set()
    for pixels, found in zip(lr[:, 0].long().numpy(), counts[:, 0].numpy(), strict=True):
        inside = np.ones((patch, patch), bool)
        # Every pixel's number says where it lies in the picture, however the patch is turned.
        y, x = (place // SCALE for place in np.divmod(pixels, SCALE * width))
        for place, length in ((y, height), (x, width)):
            inside &= (place - place.min() >= margin) | (place.min() == 0)
            inside &= (place.max() - place >= margin) | (place.max() == length - 1)
        seen.add(int(inside.sum()))
        expected = np.kron(inside / inside.mean(), np.ones((SCALE, SCALE)))
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    kept = patch - 2 * margin
    assert seen >= {kept * kept, kept * (kept + margin), (kept + margin) ** 2}


def test_same_seed_same_patches() -> None:
    pairs = [picture(0, 9, 9)]
    first, second, other = (sampler(pairs, seed).draw().hr for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_pictures_smaller_than_a_patch_are_left_out() -> None:
    draw = sampler([picture(0, 3, 9), picture(1, 9, 9)])
    assert [pair.name for pair in draw.pairs] == ["1"]
    assert (draw.draw()[0] >= 10_000).all()


def test_only_small_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="smaller patch"):
        sampler([picture(0, 3, 3)])
