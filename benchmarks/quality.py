"""PSNR and SSIM of the shipped models, bicubic and the weights of others, under one protocol.

    NAPARI_FSRCNN_DATA=FOLDER python benchmarks/quality.py [--write-cards]

FOLDER holds Set5, Set14, BSD100, the training sets, and peers/authors-mat, peers/yjn870-pth and
peers/opencv-pb. Writes docs/results.md and docs/results.csv, and prints the README's table and what
is asked of each model. With ``--write-cards`` the shipped files' headers get the figures too; the
weights stay as they are. Needs the extra ``benchmarks`` for OpenCV, which runs its own models. Ends
with exit code 1 if a shipped model misses what is asked of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from image_sets import TEST_SETS
from quality_cards import write_card
from quality_models import Measured, others, shipped
from quality_page import results_page
from quality_results import Result, measure, write_csv
from quality_tables import AT_LEAST, beside, missed, readme

from napari_fsrcnn.files.atomic import atomic_path

DOCS = Path(__file__).parents[1] / "docs"


def main() -> int:
    """Measure, write and print; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--write-cards", action="store_true", help="write the figures into the shipped files too"
    )
    arguments = parser.parse_args()
    date = datetime.now(UTC).date().isoformat()
    ours = shipped()
    models = [each.model for each in ours if each.model is not None]
    results = measure_all([*ours, *others()], date)
    write_csv(DOCS / "results.csv", results)
    with atomic_path(DOCS / "results.md") as temporary:
        temporary.write_text(results_page(results, models, date), encoding="utf-8")
    if arguments.write_cards:
        for model in models:
            write_card(model, results)
    print("\n".join([*readme(results), "", *beside(AT_LEAST, results)]))
    return int(bool(missed(results)))


def measure_all(measured: Sequence[Measured], date: str) -> list[Result]:
    """Measure each on each test set."""
    results = []
    for number, each in enumerate(measured, start=1):
        print(f"{number} of {len(measured)}: {each.name} x{each.scale}", file=sys.stderr)
        results += [measure(each, data, date) for data in TEST_SETS]
    return results


if __name__ == "__main__":
    raise SystemExit(main())
