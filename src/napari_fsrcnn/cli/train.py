"""``napari-fsrcnn train``: a new training run, or one that goes on."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_fsrcnn.cli.checkpoint_name import check_checkpoint_name
from napari_fsrcnn.cli.download import BSD100, fetch
from napari_fsrcnn.cli.interrupt import INTERRUPTED
from napari_fsrcnn.training.config import Loss, TrainingConfig
from napari_fsrcnn.training.run_folder import RunFolder, read_config

if TYPE_CHECKING:
    from collections.abc import Iterable


def _option(field: str, metavar: str | None = None) -> Any:
    """Take an option's help from the configuration's field of the same name."""
    info = TrainingConfig.model_fields[field]
    default = "" if info.default in (None, ()) else f" (default: {info.default})"
    return typer.Option(metavar=metavar, help=f"{info.description}{default}")


# The options have no defaults of their own, so that only what is given replaces what a
# configuration file says.
def train(  # noqa: PLR0913  they are the configuration's fields
    *,
    data: Annotated[list[str] | None, _option("data", "bsd100|DIR")] = None,
    arch: Annotated[str | None, _option("arch", "NAME")] = None,
    scale: Annotated[int | None, _option("scale", "K")] = None,
    out: Annotated[Path | None, _option("out", "FILE")] = None,
    run: Annotated[Path | None, _option("run", "DIR")] = None,
    loss: Annotated[Loss | None, _option("loss")] = None,
    steps: Annotated[int | None, _option("steps", "N")] = None,
    stop_after: Annotated[int | None, _option("stop_after", "N")] = None,
    batch: Annotated[int | None, _option("batch", "N")] = None,
    patch: Annotated[int | None, _option("patch", "N")] = None,
    lr: Annotated[float | None, _option("lr", "X")] = None,
    seed: Annotated[int | None, _option("seed", "N")] = None,
    device: Annotated[str | None, _option("device", "NAME")] = None,
    validate_every: Annotated[int | None, _option("validate_every", "N")] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="JSON file of these options; those given beside it come first"
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="folder of a run to go on with, exactly as it was started; only --stop-after and "
            "--out may be given beside it",
        ),
    ] = None,
) -> None:
    """Train a network, new or from where a run was saved.

    Ctrl-C stops: the run is saved and can be resumed, and the best model so far is written.
    """
    given = {name: value for name, value in locals().items() if value is not None}
    settings = _settings(given)
    if BSD100 in settings.data:
        fetch([settings.scale])

    from napari_fsrcnn.cli.follow import follow
    from napari_fsrcnn.training.trainer import Trainer

    stop = Event()
    follow(Trainer(settings, resuming=resume is not None).run(stop), settings, stop)
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)


def _settings(given: dict[str, Any]) -> TrainingConfig:
    """Put the configuration together from what is given and what it is given beside."""
    run, file = given.pop("resume", None), given.pop("config", None)
    beneath: dict[str, Any] = {}
    if run is not None:
        _check_resumable(given if file is None else ["config"])
        saved = RunFolder(run).read_config()
        beneath = {**saved.model_dump(exclude={"stop_after"}), "run": run}
    elif file is not None:
        beneath = read_config(file).model_dump()
    settings = TrainingConfig(**beneath | given)
    if not settings.data:
        if run is not None:
            raise ValueError(
                f"{run} was trained on layers of a viewer, so only Python can resume it."
            )
        raise ValueError("Say what to train on: --data bsd100 or --data DIR.")
    if settings.out is None:
        raise ValueError("Say where the model is to be written: --out FILE.safetensors.")
    check_checkpoint_name(settings.out)
    # The run may be resumed from another folder than this one.
    data = [name if name == BSD100 else str(Path(name).absolute()) for name in settings.data]
    return settings.model_copy(update={"data": tuple(data), "out": settings.out.absolute()})


def _check_resumable(given: Iterable[str]) -> None:
    for name in sorted(set(given) - {"out", "stop_after"}):
        raise ValueError(
            f"--resume goes on with a run exactly as it was started, so it takes no "
            f"--{name.replace('_', '-')}: give only --stop-after and --out beside it."
        )
