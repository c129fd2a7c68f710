"""No shipped file restores scikit-image's pictures worse than it did when it was landed.

The reference is written by ``python benchmarks/builtin_pictures.py --write``.
"""

import json

import pytest
from builtin_pictures import NAMES, REFERENCE, measure

from napari_fsrcnn.weights.shipped import list_models

# PSNR in dB and SSIM: what other versions of torch and other processors may change.
TOLERANCES = (0.02, 0.0005)

Figures = dict[str, list[float]]


@pytest.fixture(scope="module")
def reference() -> dict[str, Figures]:
    figures: dict[str, Figures] = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return figures


def test_the_reference_is_of_the_shipped_files(reference: dict[str, Figures]) -> None:
    assert reference.keys() == set(list_models())
    assert {tuple(figures) for figures in reference.values()} == {NAMES}


@pytest.mark.parametrize("name", list_models())
def test_no_file_gets_worse(name: str, reference: dict[str, Figures]) -> None:
    measured = measure(name)
    worse = {
        picture: (measured[picture], figures)
        for picture, figures in reference[name].items()
        for now, then, tolerance in zip(measured[picture], figures, TOLERANCES, strict=True)
        if now < then - tolerance
    }
    assert worse == {}
