"""The command line ``napari-fsrcnn``: its commands, and how each of them may end."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import ValidationError

import napari_fsrcnn
from napari_fsrcnn.cli.convert import convert
from napari_fsrcnn.cli.demo import demo
from napari_fsrcnn.cli.download import download
from napari_fsrcnn.cli.evaluate import evaluate
from napari_fsrcnn.cli.models import models
from napari_fsrcnn.cli.selftest import selftest
from napari_fsrcnn.cli.train import train
from napari_fsrcnn.cli.upscale import upscale
from napari_fsrcnn.training.run_folder import describe

BAD_INPUT = 2

app = typer.Typer(name="napari-fsrcnn", add_completion=False, pretty_exceptions_enable=False)
for _command in (demo, models, upscale, selftest, train, evaluate, download, convert):
    app.command()(_command)


@app.callback(invoke_without_command=True)
def overview(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    """Train SRCNN and FSRCNN on images, and upscale pictures with them."""
    if version:
        typer.echo(napari_fsrcnn.__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run() -> int:
    """Run the command line, and give the program's exit code.

    It is 0; 1 where a picture could not be read or measured, or a training diverged; 2 for bad
    input, with one line on standard error that says what to do; 130 after Ctrl-C. Any other
    exception is a bug, and shows where it comes from.
    """
    try:
        return int(app(standalone_mode=False) or 0)
    except (typer.TyperException, ValueError, OSError, MemoryError) as error:
        typer.echo(f"Error: {in_one_line(error)}", err=True)
        return BAD_INPUT


def in_one_line(error: Exception) -> str:
    """Say what is wrong in one line.

    Examples
    --------
    >>> in_one_line(PermissionError(13, "Permission denied", "a.png"))
    'a.png: Permission denied'
    """
    if isinstance(error, typer.TyperException):
        text = error.format_message()
    elif isinstance(error, ValidationError):
        text = describe(error)
    elif isinstance(error, OSError) and error.strerror and error.filename:
        text = f"{error.filename}: {error.strerror}"
    else:
        text = str(error)
    return " ".join(text.split())
