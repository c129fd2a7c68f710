"""``napari-fsrcnn demo``: what the shipped models do to two pictures that are here already."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from napari_fsrcnn.cli.console import progress_bar, say, show_table
from napari_fsrcnn.cli.figures import psnr_cells, ssim_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

FILE_NAME = "napari-fsrcnn-demo.png"
CROP = (112, 144)
"""Y and X in pixels of the input: what of it the PNG shows, so that pixels can be seen."""


@dataclass(frozen=True, eq=False)
class Example:
    """A picture of the demo, uint8 RGB, and the corner (Y, X) of its part that the PNG shows."""

    name: str
    picture: Pixels
    corner: tuple[int, int]

    def crop(self, image: Pixels, scale: int) -> Pixels:
        """Cut that part out of the picture's enlargement."""
        (top, left), (height, width) = self.corner, CROP
        return image[
            scale * top : scale * (top + height),
            scale * left : scale * (left + width),
        ]


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR|FILE", help="where the PNG goes")] = Path(
        FILE_NAME
    ),
    *,
    view: Annotated[bool, typer.Option("--view", help="open the enlargements in napari")] = False,
) -> None:
    """Enlarge two built-in pictures, and measure how well shrunk ones are restored.

    A PNG shows parts of the enlargements beside each other: the input's own pixels, bicubic, and
    the largest shipped model. Nothing is downloaded.
    """
    from napari_fsrcnn.files.pictures import Picture, check_output, write_picture

    if view:
        from napari_fsrcnn.widgets.enlargement_view import check_display

        check_display()
    examples = built_in()
    target = out / FILE_NAME if out.is_dir() else out
    check_output(target, Picture(examples[0].picture, rgb=True))
    scale = shipped_scales()[-1]
    enlarged = [_enlarge(example, scale) for example in examples]
    write_picture(target, Picture(_sheet(examples, enlarged, scale), rgb=True))
    say(f"Two pictures enlarged x{scale}, side by side: {target}")
    show_table(
        "The same pictures shrunk and restored: PSNR in dB and SSIM, on Y",
        ["picture", "scale", "model", "PSNR", "bicubic", "gain", "SSIM", "bicubic", "gain"],
        _scores(examples),
        texts=3,
    )
    if view:
        _view(examples, enlarged, scale)


def built_in() -> list[Example]:
    """Return this project's resolution chart, and a photograph that scikit-image carries."""
    from skimage.data import astronaut

    from napari_fsrcnn.files.pictures import read_picture

    with as_file(files("napari_fsrcnn.widgets") / "samples" / "resolution_chart.png") as path:
        chart = read_picture(path).data
    return [Example("chart", chart, (366, 10)), Example("astronaut", astronaut(), (56, 160))]


def shipped_scales() -> list[int]:
    """Return the scales that a model fsrcnn-xK is shipped for."""
    from napari_fsrcnn.networks.network import SCALES
    from napari_fsrcnn.weights.shipped import list_models

    return [scale for scale in SCALES if f"fsrcnn-x{scale}" in list_models()]


def _enlarge(example: Example, scale: int) -> dict[str, Pixels]:
    """Enlarge a picture as it is, by bicubic and by the shipped model."""
    with progress_bar(f"Enlarging the {example.name}, tiles") as progress:
        from napari_fsrcnn.inference.upscale import bicubic, upscale

        model = f"fsrcnn-x{scale}"
        return {
            f"bicubic x{scale}": bicubic(example.picture, scale, rgb=True),
            model: upscale(example.picture, model, rgb=True, progress=progress),
        }


def _sheet(
    examples: Sequence[Example], enlarged: Sequence[dict[str, Pixels]], scale: int
) -> Pixels:
    from napari_fsrcnn.cli.side_by_side import side_by_side

    rows = []
    for example, enlargements in zip(examples, enlarged, strict=True):
        pixels = example.crop(example.picture, 1).repeat(scale, axis=0).repeat(scale, axis=1)
        rows.append([pixels, *(example.crop(image, scale) for image in enlargements.values())])
    return side_by_side(["input, pixels repeated", *enlarged[0]], rows)


def _view(examples: Sequence[Example], enlarged: Sequence[dict[str, Pixels]], scale: int) -> None:
    from napari_fsrcnn.widgets.enlargement_view import enlargement_layers, view

    layers, left = [], 0
    for example, enlargements in zip(examples, enlarged, strict=True):
        layers += enlargement_layers(example.name, example.picture, enlargements, scale, left)
        left += example.picture.shape[1]
    view(layers)


def _scores(examples: Sequence[Example]) -> list[list[str]]:
    """Measure each picture at each scale; a row of the table for each."""
    from napari_fsrcnn.datasets.pairs import Pair
    from napari_fsrcnn.evaluation.score import evaluate

    tasks = [(example, scale) for example in examples for scale in shipped_scales()]
    rows = []
    with progress_bar("Restoring") as progress:
        for done, (example, scale) in enumerate(tasks, start=1):
            pair = Pair(f"demo/{example.name}", example.picture, None, rgb=True)
            evaluation = evaluate(f"fsrcnn-x{scale}", [pair], scale)
            cells = [*psnr_cells(evaluation), *ssim_cells(evaluation)]
            rows.append([example.name, f"x{scale}", evaluation.model, *cells])
            progress(done, len(tasks))
    return rows
