"""How the commands speak: results on standard output, progress on standard error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Where no terminal sets the width, a table is as wide as it needs, within reason.
_WIDTH_OF_FILES = 200


class Advance(Protocol):
    """Moves a progress bar; fits every ``progress(done, total)`` of the floors above."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show how far the work is, and a note behind the bar."""


def say(text: str) -> None:
    """Print a line on standard output, never wrapped: it may hold a path."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)


def show_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1
) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    title : str
    columns : sequence of str
    rows : iterable of sequence of str
    texts : int
        How many of the first columns hold words; the others hold figures, aligned to the right.
    """
    table = Table(box=box.SIMPLE_HEAD, show_header=any(columns))
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index < texts else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_OF_FILES
    # A table's own title would be wrapped to the table's width.
    console.print(title, style="bold", markup=False, soft_wrap=True)
    console.print(table)


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """Show a bar on standard error while the block runs, where that is a terminal.

    It only moves to and fro until it is told how far the work is.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=None, note="")

        def advance(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield advance
