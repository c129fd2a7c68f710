"""What a self-test found, as rich text."""

from __future__ import annotations

from html import escape

from napari_fsrcnn.evaluation.self_test_result import Restored, SelfTest
from napari_fsrcnn.widgets.figures_text import decibels, small_print, table


def self_test_text(layer: str, result: SelfTest) -> str:
    """Tabulate what each model gains on a layer, by name, and say which to use, if any."""
    rows = [
        ("", "PSNR,\N{NO-BREAK SPACE}dB", "gain", "SSIM", "gain"),
        _row(result.bicubic, gains=False),
        *(_row(model, gains=True) for model in result.models),
    ]
    title = f"{layer}, shrunk by {result.scale} and restored"
    return (
        f"<div>{escape(title)}</div>{table(rows, bold=2)}<div><b>{escape(result.advice)}</b></div>"
    )


def self_test_note(result: SelfTest) -> str:
    """Tell how it was measured, and how well the results agree with the layer."""
    agreement = ", ".join(
        f"{each.name} {decibels(each.consistency)}" for each in (result.bicubic, *result.models)
    )
    return small_print(
        f"Measured on {result.measured_on}. Shrunk again, the results agree with what they were "
        f"restored from: {agreement}."
    )


def _row(restored: Restored, *, gains: bool) -> tuple[str, ...]:
    return (
        restored.name,
        _number(restored.psnr),
        _number(restored.psnr_gain, "+") if gains else "",
        f"{restored.ssim:.4f}",
        f"{restored.ssim_gain:+z.4f}" if gains else "",
    )


def _number(value: float, sign: str = "") -> str:
    return decibels(value, sign).removesuffix(" dB")
