"""Gains as the cells of a table."""

from napari_fsrcnn.cli.figures import psnr_cells, ssim_cells
from napari_fsrcnn.evaluation.score import Evaluation


def test_a_loss_that_rounds_to_nothing_has_no_minus() -> None:
    evaluation = Evaluation(
        dataset="set",
        scale=2,
        model="m",
        psnr=29.999,
        ssim=0.89999,
        bicubic_psnr=30,
        bicubic_ssim=0.9,
        data_range=255,
        left_out=0,
        unusable=(),
        images=(),
    )
    assert psnr_cells(evaluation) == ["30.00", "30.00", "+0.00"]
    assert ssim_cells(evaluation) == ["0.9000", "0.9000", "+0.0000"]
