"""PSNR and SSIM of the shipped models on Set5, Set14 and BSD100, as a table for the README.

    NAPARI_FSRCNN_DATA=FOLDER python benchmarks/shipped_models.py

FOLDER holds Set5, Set14 and BSD100. By the literature's protocol: on Y, LR by MATLAB's bicubic, a
border of ``scale`` pixels left out, the mean over the pictures.
"""

from __future__ import annotations

import os
from pathlib import Path

from napari_fsrcnn.evaluation.score import evaluate
from napari_fsrcnn.weights.shipped import list_models, load_model

SETS = ("Set5", "Set14", "BSD100")


def main() -> None:
    """Print the table."""
    folder = Path(os.environ["NAPARI_FSRCNN_DATA"])
    print(f"| PSNR (dB) / SSIM | {' | '.join(SETS)} |")
    print("|---|---|---|---|")
    for name in list_models():
        model = load_model(name)
        results = [evaluate(model, folder / data, model.scale) for data in SETS]
        bicubic = [f"{each.bicubic_psnr:.2f} / {each.bicubic_ssim:.4f}" for each in results]
        figures = [f"{each.psnr:.2f} / {each.ssim:.4f}" for each in results]
        print(f"| bicubic x{model.scale} | {' | '.join(bicubic)} |")
        print(f"| `{name}` | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
