"""Results as Markdown: PSNR and SSIM, what is asked for, and the README's table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from image_sets import TEST_SETS
from quality_models import BICUBIC, OURS, SCALES
from quality_results import Result

SETS = tuple(each.name for each in TEST_SETS)

Targets = Mapping[str, Mapping[str, tuple[float, float, float]]]
"""PSNR in dB at x2, x3 and x4, by architecture and image set."""

AT_LEAST: Targets = {
    "fsrcnn": {
        "Set5": (37.15, 33.25, 30.80),
        "Set14": (32.70, 29.50, 27.68),
        "BSD100": (31.60, 28.62, 27.02),
    },
    "fsrcnn-s": {
        "Set5": (36.70, 32.75, 30.25),
        "Set14": (32.37, 29.22, 27.28),
        "BSD100": (31.32, 28.36, 26.79),
    },
    "srcnn-955": {
        "Set5": (36.80, 32.88, 30.56),
        "Set14": (32.53, 29.36, 27.56),
        "BSD100": (31.43, 28.46, 26.94),
    },
    "srcnn-915": {
        "Set5": (36.45, 32.48, 30.15),
        "Set14": (32.25, 29.06, 27.25),
        "BSD100": (31.19, 28.25, 26.74),
    },
}
"""What each shipped model must reach: above the papers' own weights."""

AIM: Targets = {
    "fsrcnn": {
        "Set5": (37.40, 33.45, 31.00),
        "Set14": (32.84, 29.62, 27.80),
        "BSD100": (31.72, 28.70, 27.10),
    },
}
"""What is hoped for."""

Table = list[str]


def figures(results: Sequence[Result], scale: int) -> Table:
    """PSNR and SSIM of all models of a scale, those of one architecture beside each other."""
    lines = table(["model", "by", *SETS, "weights", "multiply-adds"], texts=2)
    rows = [each for each in _by_model(results) if each[SETS[0]].scale == scale]
    for row in sorted(rows, key=_order):
        first = row[SETS[0]]
        cells = [f"{row[name].psnr:.2f} / {row[name].ssim:.4f}" for name in SETS]
        cost = ["", ""]
        if first.weights:
            cost = [f"{first.weights:,}", f"{first.multiply_adds:,}"]
        name = f"**{first.model}**" if first.by == OURS else first.model
        lines.append(line([name, first.by, *cells, *cost]))
    return lines


def beside(targets: Targets, results: Sequence[Result]) -> Table:
    """PSNR of the shipped models that have targets beside these."""
    lines = table(["model", *SETS], texts=1)
    for row in _by_model(results):
        first = row[SETS[0]]
        if first.by == OURS and first.architecture in targets:
            cells = [_verdict(row[name], targets) for name in SETS]
            lines.append(line([first.model, *cells]))
    return lines


def missed(results: Iterable[Result]) -> list[Result]:
    """Give the shipped models' results that are below what is asked for."""
    return [each for each in results if each.by == OURS and _short_of(each, AT_LEAST) > 0]


def readme(results: Sequence[Result]) -> Table:
    """PSNR and SSIM of bicubic and the shipped models."""
    lines = table(["PSNR (dB) / SSIM", *SETS], texts=1)
    rows = [row for row in _by_model(results) if row[SETS[0]].by in ("", OURS)]
    for row in sorted(rows, key=lambda row: (row[SETS[0]].scale, _order(row))):
        first = row[SETS[0]]
        name = f"bicubic x{first.scale}" if first.model == BICUBIC else f"`{first.model}`"
        lines.append(line([name, *(f"{row[s].psnr:.2f} / {row[s].ssim:.4f}" for s in SETS)]))
    return lines


def table(columns: Sequence[str], texts: int) -> Table:
    """Begin a table: its first columns hold words, the others figures."""
    rule = ["---"] * texts + ["---:"] * (len(columns) - texts)
    return [line(columns), line(rule)]


def line(cells: Iterable[str]) -> str:
    """Write a line of a table."""
    return f"| {' | '.join(cells)} |"


def _by_model(results: Sequence[Result]) -> Iterator[dict[str, Result]]:
    models: dict[tuple[str, str, int], dict[str, Result]] = {}
    for each in results:
        models.setdefault((each.by, each.model, each.scale), {})[each.dataset] = each
    yield from models.values()


def _order(row: dict[str, Result]) -> tuple[int, bool, str, str]:
    first = row[SETS[0]]
    families = [BICUBIC, *AT_LEAST]
    place = families.index(first.architecture) if first.architecture in families else len(families)
    return place, first.by != OURS, first.by, first.model


def _verdict(result: Result, targets: Targets) -> str:
    short = _short_of(result, targets)
    verdict = f"missed by {short:.2f}" if short > 0 else "reached"
    return f"{result.psnr:.2f} of {_target(result, targets):.2f}: {verdict}"


def _short_of(result: Result, targets: Targets) -> float:
    """By how much a result misses, as it is shown: rounded to hundredths."""
    return round(_target(result, targets) - round(result.psnr, 2), 2)


def _target(result: Result, targets: Targets) -> float:
    return targets[result.architecture][result.dataset][SCALES.index(result.scale)]
