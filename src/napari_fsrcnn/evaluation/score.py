"""PSNR and SSIM of a model on a set of pictures, by the literature's protocol."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, InstanceOf, field_serializer

from napari_fsrcnn.datasets.pairs import Pair, Unusable
from napari_fsrcnn.datasets.source import sift_pairs
from napari_fsrcnn.evaluation.figures import ImageScore, mean_score, n_counted
from napari_fsrcnn.evaluation.seen import Seen, is_seen, pictures_seen
from napari_fsrcnn.evaluation.trial import LR, nothing_measured, try_out
from napari_fsrcnn.image.gain import gain
from napari_fsrcnn.inference.prepared import prepare
from napari_fsrcnn.inference.tiles import Progress, UpscaleStopped
from napari_fsrcnn.networks.device import resolve_device
from napari_fsrcnn.networks.network import check_scale
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.weights.shipped import as_model


class Evaluation(BaseModel):
    """Figures of a model on a data set: means over the pictures that count.

    Attributes
    ----------
    data_range : float or None
        Of PSNR and SSIM, in the pictures' own values; None where they differ, see ``images``.
    left_out : int
        Pictures of the data set that the model was trained or chosen on, and that therefore do
        not count.
    unusable : tuple of Unusable
        Those that can't be read or measured: each has a ``name`` and a ``reason``.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    scale: int
    model: str
    psnr: float
    ssim: float
    bicubic_psnr: float
    bicubic_ssim: float
    data_range: float | None
    left_out: int
    unusable: tuple[InstanceOf[Unusable], ...]
    images: tuple[ImageScore, ...]

    @field_serializer("unusable")
    def _unusable_in_words(self, unusable: tuple[Unusable, ...]) -> list[dict[str, str]]:
        return [{"name": each.name, "reason": each.reason} for each in unusable]

    @property
    def gain(self) -> float:
        """What the model is better than bicubic, in dB."""
        return gain(self.psnr, self.bicubic_psnr)

    @property
    def counted(self) -> int:
        """Pictures that the means are over (:func:`napari_fsrcnn.evaluation.figures.counted`)."""
        return n_counted(self.images)

    def to_json(self) -> str:
        """Write all figures as JSON; an infinite PSNR, which JSON has no number for, is null."""
        return self.model_dump_json(indent=2)


def evaluate(
    model: str | Path | Model,
    data: str | Path | Sequence[Pair],
    scale: int,
    *,
    lr: LR = "made",
    device: str = "auto",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Evaluation:
    """Measure a model and bicubic on pictures, on Y, with a border of ``scale`` pixels left out.

    Pictures of the model's training record, known by name or by their values, are left out, so that
    no figure is taken from what a model has seen. So are those that can't be read or measured, and
    the result names them.

    Parameters
    ----------
    model : str, Path or Model
        As for :func:`napari_fsrcnn.load_model`, or "bicubic".
    data : str, Path or sequence of Pair
        "bsd100", a folder of pictures, or pairs in memory.
    scale : int
    lr : {"made", "given"}
        LR made from HR by MATLAB's bicubic and not rounded, as in the literature; or the ready-made
        LR of the data set, which is rounded and gives means a few hundredths of a dB lower.
    device : str
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    progress : callable, optional
        Called as ``progress(done, total)`` after each picture.
    stop : threading.Event, optional
        Looked at before each tile.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If the model has another scale, there is no picture or none can be measured, LR is to be
        given and never is, or the model was trained on every picture.
    OSError
        If files can't be read or a download fails.
    UpscaleStopped
        If ``stop`` was set.
    """
    scale = check_scale(scale)
    loaded = None if str(model) == "bicubic" else as_model(model, scale)
    found = list(sift_pairs(data, scale) if isinstance(data, str | Path) else data)
    if not found:
        raise ValueError("There is nothing to evaluate on: give 'bsd100', a folder or pictures.")
    seen = Seen() if loaded is None else pictures_seen(loaded)
    unseen = [each for each in found if not is_seen(each, seen)]
    network = None if loaded is None else prepare(loaded.network, resolve_device(device))
    scores: list[ImageScore] = []
    unusable: list[Unusable] = []
    for done, pair in enumerate(unseen, start=1):
        if stop is not None and stop.is_set():
            raise UpscaleStopped("The evaluation was stopped.")
        trial = try_out(pair, scale, lr)
        if isinstance(trial, Unusable):
            unusable.append(trial)
        else:
            restored = trial.bicubic if network is None else trial.restore(network, stop)
            scores.append(trial.score(restored))
        if progress is not None:
            progress(done, len(unseen))
    if not scores:
        raise nothing_measured({each.name for each in found if is_seen(each, seen)}, unusable)
    return Evaluation(
        dataset=_label(data, scores),
        scale=scale,
        model="bicubic" if loaded is None else loaded.name,
        left_out=len(found) - len(unseen),
        unusable=tuple(unusable),
        images=tuple(scores),
        **mean_score(scores).model_dump(exclude={"name"}),
    )


def _label(data: str | Path | Sequence[Pair], scores: Sequence[ImageScore]) -> str:
    """Name the data set as its pictures do, before the slash."""
    labels = {score.name.partition("/")[0] for score in scores}
    return "+".join(sorted(labels)) or str(data)
