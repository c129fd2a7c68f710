import torch

from napari_fsrcnn.training.levels import HIGHEST, LOWEST, vary_levels

BATCH = 400
PATCH = torch.tensor([16.0, 100.0, 235.0]).div(255).expand(BATCH, 1, 1, 3)


def varied(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    return vary_levels(PATCH, PATCH.clone(), torch.Generator().manual_seed(seed))


def test_luma_comes_to_fill_a_little_more_than_0_to_1() -> None:
    lr, _ = varied(0)
    assert LOWEST - 0.11 <= lr.min() < 0
    assert 1 < lr.max() <= HIGHEST + 0.11


def test_lr_and_hr_change_alike() -> None:
    lr, hr = varied(0)
    torch.testing.assert_close(lr, hr)


def test_about_half_of_the_patches_stay_as_they_are() -> None:
    lr, _ = varied(0)
    unchanged = (lr == PATCH).flatten(1).all(1).float().mean()
    assert 0.4 < unchanged < 0.6


def test_the_generator_decides() -> None:
    assert torch.equal(varied(1)[0], varied(1)[0])
    assert not torch.equal(varied(1)[0], varied(2)[0])
