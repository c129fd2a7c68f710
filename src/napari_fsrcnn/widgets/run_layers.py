"""The layers that a run learnt from: its folder knows their names, but not their pixels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from napari_fsrcnn.training.run_folder import RunFolder
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.widgets.train_form import LAYERS, PAIR


def source_of_run(run: Path, selected: Iterable[str]) -> str:
    """Tell LAYERS from PAIR by the names of the selected layers; a pair is named after HR.

    Raises
    ------
    ValueError
        They are not the layers of the run.
    OSError
        The folder holds no run that can be continued.
    """
    record = read_card(RunFolder(run).model).training
    learnt = _layers(record) if record is not None else set()
    names = set(selected)
    if names == learnt:
        return LAYERS
    if len(names) == 2 and len(learnt) == 1 and learnt < names:
        return PAIR
    raise ValueError(
        f"This run learnt from layers, which its folder does not hold: open {_listed(learnt)}, select "
        f"{'it' if len(learnt) == 1 else 'them'} and nothing else (of a pair, HR and LR), and continue "
        f"the run again."
    )


def _layers(record: TrainingRecord) -> set[str]:
    """Read the layers' names: of earlier files, from those of their planes, ``"<layer>/<index>"``.

    Such a file has, as its data, only what stands before the first slash.
    """
    layers = {picture.rpartition("/")[0] for picture in (*record.train, *record.validation)}
    is_earlier = {layer.partition("/")[0] for layer in layers} == set(record.data)
    return layers if is_earlier else set(record.data)


def _listed(names: Iterable[str]) -> str:
    *others, last = sorted(names)
    return f"{', '.join(others)} and {last}" if others else last
