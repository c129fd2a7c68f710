"""The pictures of a run: read, split, and turned into Y planes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from napari_fsrcnn.datasets.luma import LumaPair, luma_pair
from napari_fsrcnn.datasets.pairs import Pair, check_pair
from napari_fsrcnn.datasets.shrink import name_before_shrinking, shrink_pair
from napari_fsrcnn.datasets.source import ReadingStopped, read_pairs
from napari_fsrcnn.datasets.split import split_names
from napari_fsrcnn.image.degrade import Degradation
from napari_fsrcnn.image.value_range import find_value_range
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.same_pictures import Pictures

# BSD-100 keeps a tenth for testing, since it is a test set; a folder of training pictures does not.
_BSD100 = (0.8, 0.1, 0.1)
_OTHERS = (0.95, 0.05, 0.0)

_PARTS = (" (upper)", " (lower)")


@dataclass(frozen=True)
class TrainingData:
    """Pairs to learn from, and pairs to choose the best weights by.

    ``copies`` are the names of pictures that are in neither, as copies of the latter.
    """

    train: tuple[LumaPair, ...]
    validation: tuple[LumaPair, ...]
    copies: tuple[str, ...] = ()

    @property
    def labels(self) -> list[str]:
        """Names of the data sets, sorted."""
        return sorted({pair.label for pair in (*self.train, *self.validation)})

    @property
    def train_names(self) -> tuple[str, ...]:
        """Names of the pictures that are learnt from, each once, also where it is cut or shrunk."""
        return tuple(dict.fromkeys(whole_picture(pair.name) for pair in self.train))

    @property
    def validation_names(self) -> tuple[str, ...]:
        """Names of the pictures that choose the best weights."""
        return tuple(dict.fromkeys(whole_picture(pair.name) for pair in self.validation))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Those of all these pictures, as they were before they were cut or shrunk."""
        found = (pair.fingerprint for pair in (*self.train, *self.validation))
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def pictures(self) -> Pictures:
        """All of them, as they were before they were cut or shrunk."""
        pairs = (*self.train, *self.validation)
        return frozenset((whole_picture(pair.name), pair.fingerprint) for pair in pairs)


def prepare_data(
    config: TrainingConfig,
    pictures: Sequence[Pair] | None = None,
    stop: threading.Event | None = None,
) -> TrainingData:
    """Read the data of a run and split each set.

    Planes of one file or layer are on one side; where there is no other, the last ones validate.
    Copies of a picture that validates are not learnt from, whatever they are called.
    LR is made, for training and validation alike, as ``config.blur`` and ``config.noise`` say.
    Training pictures are also taken at the sizes of ``config.rescale``, where they are then still
    large enough to be shrunk by the scale.

    Parameters
    ----------
    config : TrainingConfig
    pictures : sequence of Pair, optional
        Pictures already in memory, used instead of ``config.data``.
    stop : threading.Event, optional
        Looked at before each picture.

    Raises
    ------
    ValueError
        If there is no data but copies of one another, a picture is too small, HR and LR are no
        pair for the scale, or LR is given although blur, noise or other sizes are asked for.
    OSError
        If a folder can't be read or a download fails.
    ReadingStopped
        If ``stop`` was set.
    """
    if pictures is None:
        sources: list[Sequence[Pair]] = [
            read_pairs(data, config.scale, stop) for data in config.data
        ]
    else:
        sources = [[check_pair(pair, config.scale) for pair in pictures]]
    if not any(sources):
        raise ValueError("There is nothing to train on: give 'bsd100', a folder or pictures.")
    splits = [_split(source, config) for source in filter(None, sources)]
    measured = [pair for _, pairs in splits for pair in pairs]
    learnt, copies = _without_copies((pair for pairs, _ in splits for pair in pairs), measured)
    return TrainingData(
        tuple(_planes(_at_all_sizes(learnt, config), config, stop)),
        tuple(_measurable(each, config.scale) for each in _planes(measured, config, stop)),
        tuple(whole_picture(pair.name) for pair in copies),
    )


def whole_picture(name: str) -> str:
    """Name the picture that was cut or shrunk, or the picture itself.

    Examples
    --------
    >>> whole_picture("set/a (upper) (at 0.9)"), whole_picture("set/b")
    ('set/a', 'set/b')
    """
    name = name_before_shrinking(name)
    for part in _PARTS:
        name = name.removesuffix(part)
    return name


def _without_copies(
    learnt: Iterable[Pair], measured: Sequence[Pair]
) -> tuple[list[Pair], list[Pair]]:
    """Divide the pairs to learn from into those that are kept and copies of what is validated on."""
    # A picture of a single colour has no fingerprint. The parts of one that was cut share theirs.
    of_all = {pair.fingerprint for pair in measured} - {""}
    of_whole = {pair.fingerprint for pair in measured if not pair.name.endswith(_PARTS)} - {""}
    kept: list[Pair] = []
    copies: list[Pair] = []
    for pair in learnt:
        seen = of_whole if pair.name.endswith(_PARTS) else of_all
        (copies if pair.fingerprint in seen else kept).append(pair)
    if not kept:
        raise ValueError(
            "All pictures to learn from are copies of those to validate on: give each picture once."
        )
    return kept, copies


def _at_all_sizes(pairs: Iterable[Pair], config: TrainingConfig) -> Iterator[Pair]:
    for pair in pairs:
        yield pair
        for size in config.rescale:
            shrunk = shrink_pair(pair, size)
            if min(shrunk.hr.shape[:2]) >= config.scale:
                yield shrunk


def _planes(
    pairs: Iterable[Pair], config: TrainingConfig, stop: threading.Event | None
) -> Iterator[LumaPair]:
    degradation = Degradation(config.blur, config.noise, config.seed)
    for pair in pairs:
        if stop is not None and stop.is_set():
            raise ReadingStopped("Reading the pictures was stopped.")
        yield luma_pair(pair, config.scale, degradation)


def _measurable(pair: LumaPair, scale: int) -> LumaPair:
    if min(pair.hr.shape) <= 2 * scale:
        raise ValueError(
            f"{pair.name} is {pair.hr.shape[0]} x {pair.hr.shape[1]} pixels, too small to validate "
            f"on: take it out of the data."
        )
    return pair


def _split(pairs: Sequence[Pair], config: TrainingConfig) -> tuple[list[Pair], list[Pair]]:
    """Choose the pairs to learn from and those to validate on."""
    if len(pairs) == 1:
        upper, lower = _cut_in_two(pairs[0], config.scale)
        return [upper], [lower]
    # What is in one plane of a stack is nearly the same in the next: they stay on one side.
    stacks = [pair.stack or pair.name for pair in pairs]
    if len(set(stacks)) == 1:
        n_measured = max(1, round(_OTHERS[1] * len(pairs)))
        return list(pairs[:-n_measured]), list(pairs[-n_measured:])
    bsd100 = all(stack.startswith("bsd100/") for stack in stacks)
    split = split_names(stacks, _BSD100 if bsd100 else _OTHERS)
    places = list(zip(pairs, stacks, strict=True))
    return (
        [pair for pair, stack in places if stack in split.train],
        [pair for pair, stack in places if stack in split.validation],
    )


def _cut_in_two(pair: Pair, scale: int) -> tuple[Pair, Pair]:
    """Cut a picture into its upper four fifths and the rest, of one value range."""
    pair = replace(pair, value_range=pair.value_range or find_value_range(pair.hr))
    rows = pair.hr.shape[0] * 4 // 5 // scale * scale
    if rows == 0:
        raise ValueError(f"{pair.name} is too small to be cut into a training and a test part.")
    lr_rows = rows // scale
    upper, lower = _PARTS
    lr = pair.lr
    return (
        replace(
            pair,
            name=pair.name + upper,
            hr=pair.hr[:rows],
            lr=None if lr is None else lr[:lr_rows],
        ),
        replace(
            pair,
            name=pair.name + lower,
            hr=pair.hr[rows:],
            lr=None if lr is None else lr[lr_rows:],
        ),
    )
