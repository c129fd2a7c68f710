"""PSNR and SSIM as small tables of rich text, each number with its unit."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from napari_fsrcnn.evaluation.compare import Comparison
from napari_fsrcnn.image.gain import gain
from napari_fsrcnn.widgets.upscaling import Figures

_GAP = "padding-left: 12px"  # between columns
_UNBROKEN = 20  # letters of a name or value: a longer one is spread over several lines


def gain_table(model: str, figures: Figures) -> str:
    """Tabulate the figures of a model, by name, those of bicubic, and what the model gains."""
    better, worse = figures.model, figures.bicubic
    gain_psnr, gain_ssim = gain(better.psnr, worse.psnr), gain(better.ssim, worse.ssim)
    rows = [
        ("", "PSNR", "SSIM"),
        ("bicubic", decibels(worse.psnr), f"{worse.ssim:.4f}"),
        (model, decibels(better.psnr), f"{better.ssim:.4f}"),
        ("gain", decibels(gain_psnr, sign="+"), f"{gain_ssim:+z.4f}"),
    ]
    note = f"{_measured_on(better, rgb=figures.rgb)}, border of {figures.border} px cut"
    return table(rows, bold=3) + small_print(note)


def comparison_table(reference: str, image: str, comparison: Comparison, *, rgb: bool) -> str:
    """Tabulate how far an image is from its reference, both by name."""
    rows = [
        ("reference", reference),
        ("image", image),
        ("PSNR", decibels(comparison.psnr)),
        ("SSIM", f"{comparison.ssim:.4f}"),
    ]
    return table(rows) + small_print(_measured_on(comparison, rgb=rgb))


def decibels(value: float, sign: str = "") -> str:
    """Write a number of dB; a sign of "+" shows it for positive ones too.

    Examples
    --------
    >>> decibels(31.256), decibels(0.5, "+"), decibels(float("inf"))
    ('31.26 dB', '+0.50 dB', '∞ dB')
    """
    return f"{value:{sign}z.2f} dB".replace("inf", "∞")


def _measured_on(comparison: Comparison, *, rgb: bool) -> str:
    channels = {"luma": "Y", "all": "all channels"}[comparison.channels] if rgb else "grey values"
    return f"On {channels}, data_range {comparison.data_range:g}"


def table(rows: Sequence[Sequence[str]], *, bold: int | None = None) -> str:
    """Write rows, each a name and its values, as rich text; one of them may stand out."""
    lines = []
    for place, (name, *values) in enumerate(rows):
        tag = "b" if place == bold else "span"
        cells = [f"<td style='{_wrapping(name)}'>{escape(name)}</td>"]
        cells += [
            f"<td style='{_GAP}; {_wrapping(value)}'><{tag}>{escape(value)}</{tag}></td>"
            for value in values
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table cellpadding='1'>{''.join(lines)}</table>"


def _wrapping(text: str) -> str:
    return f"white-space: {'nowrap' if len(text) <= _UNBROKEN else 'normal'}"


def small_print(note: str) -> str:
    """Write a note below a table."""
    return f"<p><small>{escape(note)}</small></p>"
