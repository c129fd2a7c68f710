"""The authors' own weights, run by this project before anything is trained.

    NAPARI_FSRCNN_DATA=FOLDER python benchmarks/authors_weights.py [SET ...]

FOLDER holds Set5, Set14, BSD100 and peers/authors-mat. Imports each file, measures it by the
literature's protocol, and compares the mean PSNR with the figure that is known for those weights.
Network, import, resize, colour and metric are right only together, so one wrong number means that
one of them is wrong. Ends with exit code 1 if a figure is off by more than 0.02 dB.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from napari_fsrcnn.evaluation.score import evaluate

TOLERANCE = 0.02

# Mean PSNR in dB on Y at x2, x3, x4, measured for these files independently of this project.
KNOWN = {
    "SRCNN_91x{}.mat": {
        "Set5": (36.342, 32.390, 30.081),
        "Set14": (32.176, 29.003, 27.202),
        "BSD100": (31.137, 28.212, 26.711),
    },
    "SRCNN_INx{}.mat": {
        "Set5": (36.656, 32.749, 30.484),
        "Set14": (32.454, 29.292, 27.502),
        "BSD100": (31.363, 28.412, 26.903),
    },
    "FSRCNN_x{}.mat": {
        "Set5": (36.997, 33.155, 30.704),
        "Set14": (32.627, 29.423, 27.591),
        "BSD100": (31.503, 28.518, 26.963),
    },
    "FSRCNN-s_x{}.mat": {
        "Set5": (36.572, 32.604, 30.111),
        "Set14": (32.275, 29.124, 27.186),
        "BSD100": (31.227, 28.285, 26.732),
    },
}


def main(sets: list[str]) -> int:
    """Print the table; return the exit code."""
    folder = Path(os.environ["NAPARI_FSRCNN_DATA"])
    worst = 0.0
    print("| weights | set | scale | PSNR (dB) | known (dB) | difference | SSIM |")
    print("|---|---|---|---|---|---|---|")
    for pattern, figures in KNOWN.items():
        for name in sets:
            for scale, known in zip((2, 3, 4), figures[name], strict=True):
                weights = folder / "peers" / "authors-mat" / pattern.format(scale)
                result = evaluate(weights, folder / name, scale)
                difference = result.psnr - known
                worst = max(worst, abs(difference))
                print(
                    f"| {weights.stem} | {name} | x{scale} | {result.psnr:.3f} | {known:.3f} "
                    f"| {difference:+.3f} | {result.ssim:.4f} |",
                    flush=True,
                )
    print(f"\nLargest difference: {worst:.3f} dB (allowed: {TOLERANCE} dB)")
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["Set5", "Set14", "BSD100"]))
