"""The pictures of a run: read, split, and turned into Y planes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from napari_fsrcnn.datasets.luma import LumaPair, luma_pair
from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.datasets.split import split_names
from napari_fsrcnn.training.config import TrainingConfig

# BSD-100 keeps a tenth for testing, since it is a test set; a folder of training pictures does not.
_BSD100 = (0.8, 0.1, 0.1)
_OTHERS = (0.95, 0.05, 0.0)


@dataclass(frozen=True)
class TrainingData:
    """Pairs to learn from, and pairs to choose the best weights by."""

    train: tuple[LumaPair, ...]
    validation: tuple[LumaPair, ...]

    @property
    def labels(self) -> list[str]:
        """Names of the data sets, sorted."""
        return sorted({pair.name.partition("/")[0] for pair in (*self.train, *self.validation)})


def prepare_data(config: TrainingConfig, pictures: Sequence[Pair] | None = None) -> TrainingData:
    """Read the data of a run and split each set by the seed.

    Parameters
    ----------
    config : TrainingConfig
    pictures : sequence of Pair, optional
        Pictures already in memory, used instead of ``config.data``.

    Raises
    ------
    ValueError
        If there is no data, or nothing is left to validate on.
    OSError
        If a folder can't be read or a download fails.
    """
    if pictures is None:
        sources: list[Sequence[Pair]] = [read_pairs(data, config.scale) for data in config.data]
    else:
        sources = [pictures]
    if not any(sources):
        raise ValueError("There is nothing to train on: give 'bsd100', a folder or pictures.")
    train: list[LumaPair] = []
    validation: list[LumaPair] = []
    for source in filter(None, sources):
        pairs = _at_least_two(source, config.scale)
        names = [pair.name for pair in pairs]
        bsd100 = all(name.startswith("bsd100/") for name in names)
        split = split_names(names, config.seed, _BSD100 if bsd100 else _OTHERS)
        train += [luma_pair(pair, config.scale) for pair in pairs if pair.name in split.train]
        validation += [
            luma_pair(pair, config.scale) for pair in pairs if pair.name in split.validation
        ]
    return TrainingData(tuple(train), tuple(validation))


def _at_least_two(pairs: Sequence[Pair], scale: int) -> Sequence[Pair]:
    """Cut a single picture in two, so that there is one part to train and one to validate on."""
    if len(pairs) != 1:
        return pairs
    (pair,) = pairs
    rows = pair.hr.shape[0] * 4 // 5 // scale * scale
    if rows == 0:
        raise ValueError(f"{pair.name} is too small to be cut into a training and a test part.")
    upper, lower = slice(None, rows), slice(rows, None)
    lr_upper, lr_lower = slice(None, rows // scale), slice(rows // scale, None)
    return [
        replace(
            pair,
            name=f"{pair.name} ({part})",
            hr=pair.hr[hr_rows],
            lr=None if pair.lr is None else pair.lr[lr_rows],
        )
        for part, hr_rows, lr_rows in (
            ("upper", upper, lr_upper),
            ("lower", lower, lr_lower),
        )
    ]
