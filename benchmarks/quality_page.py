"""The page docs/results.md."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from quality_models import SCALES
from quality_results import Result
from quality_tables import AIM, AT_LEAST, Table, beside, figures
from quality_training import (
    LOOKED_AT,
    WOMAN,
    commands,
    image_sets,
    left_out,
    record_of,
    training,
)

from napari_fsrcnn.weights.model import Model

_PROTOCOL = (
    "PSNR in dB and SSIM, on Y of BT.601: HR is cropped to a multiple of the scale, LR is made by "
    "MATLAB's bicubic and not rounded, every result is rounded to whole levels, a border of `scale` "
    "pixels is left out, and the mean is taken over the pictures. Weights are those of the "
    "convolutions; multiply-adds are theirs, for each LR pixel. OpenCV's models are run by OpenCV, on "
    "the same LR and under the same protocol. `napari-fsrcnn evaluate` gives the same figures for any "
    "one model."
)

_TRAINING = (
    "From the records in their files, which name every picture too. Pictures: those learnt from, and "
    "those that the best weights were chosen on, by the PSNR in the last column. The trainings of SRCNN, "
    "`fsrcnn-x2`, `fsrcnn-s-x2` and `fsrcnn-s-x4`, and those whose names end in `-first`, drew pictures by "
    "their area, where each is as likely as any other now. Those of `fsrcnn-x2`, `fsrcnn-x3-first` and "
    "`fsrcnn-x4-first` saw zeros outside a patch in the deconvolution, where it sees the last pixels "
    "repeated now; and these three, under the names that they had then, taught SRCNN. Margins were left "
    "out at the pictures' own edges too, except in that of `fsrcnn-s-x3` and the last ones of "
    "`fsrcnn-x3` and `fsrcnn-x4`. So the commands of all but these give other weights."
)

_LEFT_OUT = (
    "Pictures of a set that these trainings have not had, because they are smaller than a patch, or "
    "because a test picture shows the same:"
)

_LOOKED_AT = f"Set14 and BSD100 were looked at for these tables alone. {LOOKED_AT}"

_CHECKSUMS = (
    "The SHA-256 of a set is that of the list of its files and their own: in its folder, "
    "`find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`. That of "
    "BSD100 is the SHA-256 of `src/napari_fsrcnn/datasets/bsd100-sha256.txt`, by which downloads are "
    "checked."
)


def results_page(results: Sequence[Result], models: Sequence[Model], date: str) -> str:
    """Write the page.

    Parameters
    ----------
    results : sequence of Result
    models : sequence of Model
        The shipped ones.
    date : str
    """
    by = (
        f"Written by `python benchmarks/quality.py` on {date}, with napari-fsrcnn "
        f"{version('napari-fsrcnn')} and torch {version('torch')}; not edited by hand. "
        f"[results.csv](results.csv) has the same figures with more digits."
    )
    lines = ["# Results", "", by, "", _PROTOCOL, "", seen(models)]
    for scale in SCALES:
        lines += section(f"x{scale}", figures(results, scale))
    asked = ["PSNR in dB: the least,", "", *beside(AT_LEAST, results), ""]
    asked += ["and the aim:", "", *beside(AIM, results)]
    lines += section("What is asked of the shipped models", asked)
    trained = [_TRAINING, "", *training(models)]
    if without := left_out(models):
        trained += ["", _LEFT_OUT, "", *without]
    trained += ["", *commands(models)]
    lines += section("How the shipped models were trained", trained)
    lines += section("Image sets", [_CHECKSUMS, "", *image_sets(models)])
    return "\n".join(lines) + "\n"


def seen(models: Sequence[Model]) -> str:
    """Say what of the test sets was known before, and to which models."""
    known = [model.name for model in models if WOMAN in record_of(model).pictures]
    if not known:
        return _LOOKED_AT
    return (
        f"{_LOOKED_AT} And its `img_005` (woman) is no new picture to {', '.join(known)}: it shows "
        f"{WOMAN}, cropped and shrunk. `napari-fsrcnn evaluate` lists the pictures one by one."
    )


def section(title: str, content: Table) -> Table:
    """Put a heading above lines."""
    return ["", f"## {title}", "", *content]
