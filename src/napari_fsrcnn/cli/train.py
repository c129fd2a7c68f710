"""``napari-fsrcnn train``: a new training run, or one that goes on."""

from __future__ import annotations

import inspect
import types
import typing
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_fsrcnn.cli.checkpoint_name import check_checkpoint_name
from napari_fsrcnn.cli.download import BSD100, fetch, fetch_vgg
from napari_fsrcnn.cli.interrupt import INTERRUPTED, stop_on_interrupt
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.presets import PRESETS, apply_preset
from napari_fsrcnn.training.processes import first_process
from napari_fsrcnn.training.run_folder import RunFolder, read_config

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAIN = ("data", "arch", "scale", "out", "run", "steps", "stop_after", "seed", "device")

_METAVARS = {
    "data": "bsd100|DIR",
    "arch": "NAME",
    "scale": "K",
    "out": "FILE",
    "run": "DIR",
    "device": "NAME",
    "vgg_layer": "NAME",
    "vgg_file": "FILE",
    "start": "MODEL",
    "teacher": "MODEL",
}


def train(
    *,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="recipe to start from; options beside it change it. "
            + "; ".join(f"{each.name}: {each.summary}" for each in PRESETS.values()),
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="JSON file of these options; those given beside it come first. A run's own "
            "config.json repeats the run in a new folder",
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
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="option that goes back to its default, whatever the preset or the configuration "
            "says of it, such as rescale; several times for several",
        ),
    ] = None,
    **fields: Any,
) -> None:
    """Train a network, new or from where a run was saved.

    Ctrl-C stops: the run is saved and can be resumed, and the best model so far is written. So it
    is where the loss explodes; the exit code is then 1.

    Under torchrun every process trains on its own device with the batch that is given.
    """
    given = {name: value for name, value in fields.items() if value not in (None, [])}
    given = _defaults(without or []) | given
    settings = _settings(given, preset=preset, file=config, run=resume)
    _check(settings, config, resume)
    if BSD100 in settings.data:
        fetch([settings.scale])
    if settings.loss == "mse-perceptual":
        fetch_vgg(settings)

    from napari_fsrcnn.cli.follow import follow
    from napari_fsrcnn.training.trainer import Trainer

    stop = Event()
    events = Trainer(settings, resuming=resume is not None).run(stop)
    if not first_process():
        with stop_on_interrupt(stop):
            for _ in events:
                pass
        return
    finished = follow(events, settings, stop)
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if finished.reason == "diverged":
        raise typer.Exit(1)


def _settings(
    given: dict[str, Any], *, preset: str | None, file: Path | None, run: Path | None
) -> TrainingConfig:
    """Put the configuration together from what is given and what it is given beside."""
    if run is not None:
        beside = [name for name, value in (("preset", preset), ("config", file)) if value]
        _check_resumable([*given, *beside])
        saved = RunFolder(run).read_config().model_dump(exclude={"stop_after"})
        return TrainingConfig(**saved | {"run": run} | given)
    if file is not None and preset is not None:
        raise ValueError("Give --preset or --config, not both: a configuration has every value.")
    if file is not None:
        return TrainingConfig(**_unused(read_config(file)).model_dump() | given)
    return apply_preset(preset or "fast", given)


def _defaults(names: Iterable[str]) -> dict[str, Any]:
    """Give options their defaults."""
    options = TrainingConfig.model_fields
    fields = {name: name.removeprefix("--").replace("-", "_") for name in names}
    for name, field in fields.items():
        if field not in options:
            raise ValueError(f"--without {name}: there is no such option of train.")
    return {field: options[field].default for field in fields.values()}


def _unused(config: TrainingConfig) -> TrainingConfig:
    """Give the run a new folder and file beside those that it has, where they hold a run."""
    changed, number = config, 1
    while changed.run_folder is not None and RunFolder(changed.run_folder).state.exists():
        number += 1
        changed = config.model_copy(
            update={
                "run": config.run and config.run.with_name(f"{config.run.name}-{number}"),
                "out": config.out and config.out.with_stem(f"{config.out.stem}-{number}"),
            }
        )
    return changed


def _check(settings: TrainingConfig, file: Path | None, resumed: Path | None) -> None:
    """Refuse what can't be trained."""
    if not settings.data:
        if resumed is not None:
            raise ValueError(
                f"{resumed} learnt from layers of a viewer, which the folder does not hold: open "
                f"and select them in napari and choose 'Continue a run...' in Train."
            )
        if file is not None:
            raise ValueError(
                f"{file} names no pictures, as where a run learnt from layers of a viewer: save "
                f"these in a folder and give --data DIR, or give --data bsd100."
            )
        raise ValueError("Say what to train on: --data bsd100 or --data DIR.")
    if settings.run_folder is None:
        raise ValueError("Say where the model is to be written: --out FILE.safetensors.")
    if settings.out is not None:
        check_checkpoint_name(settings.out)


def _check_resumable(given: Iterable[str]) -> None:
    for name in sorted(set(given) - {"out", "stop_after"}):
        raise ValueError(
            f"--resume goes on with a run exactly as it was started, so it takes no "
            f"--{name.replace('_', '-')}: give only --stop-after and --out beside it."
        )


def _options() -> list[inspect.Parameter]:
    """Make an option of each of the configuration's fields but the hyper-parameters.

    They have no defaults of their own, so that only what is given replaces what a preset or a
    configuration file says.
    """
    options = []
    for name, info in TrainingConfig.model_fields.items():
        if name == "hyperparameters":
            continue
        default = "" if info.default in (None, ()) else f" (default: {info.default})"
        option = typer.Option(
            metavar=_METAVARS.get(name),
            help=f"{info.description}{default}",
            rich_help_panel=None if name in _MAIN else "Recipe",
        )
        annotation: Any = Annotated[_option_type(info.annotation) | None, option]
        kind = inspect.Parameter.KEYWORD_ONLY
        options.append(inspect.Parameter(name, kind, default=None, annotation=annotation))
    return options


def _option_type(annotation: Any) -> Any:
    """Say what an option holds: several values as a list, and no None of its own."""
    if typing.get_origin(annotation) is tuple:
        (inner, _) = typing.get_args(annotation)
        return list[_option_type(inner)]  # type: ignore[misc]
    if typing.get_origin(annotation) is Annotated:
        return _option_type(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        (inner,) = (each for each in typing.get_args(annotation) if each is not types.NoneType)
        return _option_type(inner)
    return annotation


def _signature() -> inspect.Signature:
    """Put the fields' options in the place of ``**fields``."""
    signature = inspect.signature(train, eval_str=True)
    own = [each for each in signature.parameters.values() if each.kind is each.KEYWORD_ONLY]
    fields = _options()
    main = [each for each in fields if each.name in _MAIN]
    rest = [each for each in fields if each.name not in _MAIN]
    return signature.replace(parameters=[*main, *own, *rest])


_SIGNATURE = _signature()
# What typer reads: the options are the configuration's fields, each written down once, there.
train.__signature__ = _SIGNATURE  # type: ignore[attr-defined]
train.__annotations__ = {name: each.annotation for name, each in _SIGNATURE.parameters.items()}
