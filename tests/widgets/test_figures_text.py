"""Tables of PSNR and SSIM as a person reads them."""

import re

import pytest

from napari_fsrcnn.evaluation.compare import Comparison
from napari_fsrcnn.widgets.figures_text import comparison_table, decibels, gain_table
from napari_fsrcnn.widgets.upscaling import Figures


def words(html: str) -> str:
    """What is seen of rich text."""
    return " ".join(re.sub(r"<[^>]+>|&nbsp;", " ", html).split())


def test_the_gain_is_the_models_lead_over_bicubic() -> None:
    figures = Figures(
        Comparison(32.5, 0.91, 255, "luma", 0.1),
        Comparison(30.25, 0.875, 255, "luma", 0.1),
        rgb=True,
        border=2,
    )
    assert words(gain_table("fsrcnn-x2", figures)) == (
        "PSNR SSIM bicubic 30.25 dB 0.8750 fsrcnn-x2 32.50 dB 0.9100 gain +2.25 dB +0.0350 "
        "On Y, data_range 255, border of 2 px cut"
    )


def test_a_loss_has_its_sign_and_equal_perfection_is_no_gain() -> None:
    worse = Figures(
        Comparison(29.0, 0.85, 1, "all", 0.1),
        Comparison(30.0, 0.9, 1, "all", 0.1),
        rgb=True,
        border=3,
    )
    text = words(gain_table("m", worse))
    assert "gain -1.00 dB -0.0500 On all channels, data_range 1," in text
    hardly_worse = Figures(
        Comparison(29.996, 0.89996, 1, "all", 0.1),
        Comparison(30.0, 0.9, 1, "all", 0.1),
        rgb=True,
        border=3,
    )
    assert "gain +0.00 dB +0.0000 On" in words(gain_table("m", hardly_worse))
    perfect = Comparison(float("inf"), 1, 255, "luma", 0.0)
    text = words(gain_table("m", Figures(perfect, perfect, rgb=False, border=3)))
    assert "gain +0.00 dB +0.0000 On grey values" in text


def test_names_are_text_and_not_markup() -> None:
    result = Comparison(30.0, 0.9, 4080, "luma", 0.1)
    table = comparison_table("<i>HR", "a & b", result, rgb=False)
    assert "&lt;i&gt;HR" in table
    assert "a &amp; b" in table
    assert words(table).endswith("PSNR 30.00 dB SSIM 0.9000 On grey values, data_range 4080")


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (0.004, "+", "+0.00 dB"),
        (-0.004, "+", "+0.00 dB"),
        (float("inf"), "+", "+∞ dB"),
        (float("-inf"), "+", "-∞ dB"),
    ],
)
def test_decibels(value: float, sign: str, text: str) -> None:
    assert decibels(value, sign) == text
