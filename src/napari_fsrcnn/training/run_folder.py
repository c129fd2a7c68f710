"""The folder of a run: enough to use its model, to resume it and to repeat it."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
from pathlib import Path
from typing import Annotated

from pydantic import PositiveInt, Strict, ValidationError

from napari_fsrcnn.files.atomic import atomic_path, remove_leftovers
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.processes import number_of_processes, share_batch
from napari_fsrcnn.weights.shipped import is_file_name

COLUMNS = ("step", "seconds", "loss", "psnr", "bicubic_psnr")
"""Columns of ``log.csv``; PSNR in dB."""


class _Saved(TrainingConfig):
    """A configuration as ``config.json`` holds it, with how many processes trained together."""

    processes: Annotated[PositiveInt, Strict()] | None = None


class RunFolder:
    """Paths and small files of a run.

    Attributes
    ----------
    model : Path
        The best model so far.
    state : Path
        What resuming reads.
    board : Path
        Folder of TensorBoard's files.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.log = path / "log.csv"
        self.model = path / "model.safetensors"
        self.state = path / "state.safetensors"
        self.board = path / "tensorboard"

    def create(self, config: TrainingConfig) -> None:
        """Make the folder and write the configuration.

        Raises
        ------
        FileExistsError
            If the folder already holds a run, which would be lost.
        OSError
            If the folder can't be made or written to.
        """
        if self.state.exists():
            raise FileExistsError(
                f"{self.path} already holds a training run: resume it, or choose another folder."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.path)
            self.write_config(config)
            self._write(self.log, ",".join(COLUMNS) + "\n")
        except OSError as error:
            if error.strerror is None:  # a sentence already
                raise
            raise OSError(
                f"The run can't be saved in {self.path} ({error.strerror}): choose another folder."
            ) from error

    def discard(self) -> None:
        """Remove a run that has not taken a step, so that the folder can be used again."""
        if self.state.exists():
            return
        for path in (self.config, self.log):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.board, ignore_errors=True)
        with contextlib.suppress(OSError):  # what else lies there is not ours
            self.path.rmdir()

    def write_config(self, config: TrainingConfig) -> None:
        """Write ``config.json``, from which the whole run can be repeated, wherever it was paused."""
        processes = number_of_processes()
        alone = {"processes"} if processes == 1 else set()
        saved = _Saved(**_with_absolute_paths(config).model_dump(), processes=processes)
        text = saved.model_dump_json(indent=2, exclude={"stop_after", *alone})
        self._write(self.config, text + "\n")

    def read_config(self) -> TrainingConfig:
        """Read ``config.json``.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is none, or it is damaged.
        """
        return read_config(self.config)

    def append_log(
        self, step: int, seconds: float, loss: float, psnr: float, bicubic: float
    ) -> None:
        """Add a row to ``log.csv``; rows of later steps, from before a resume, go."""
        rows = list(csv.reader(io.StringIO(self.log.read_text() if self.log.exists() else "")))
        kept = [row for row in rows[1:] if int(row[0]) < step]
        new = [step, f"{seconds:.1f}", f"{loss:.6g}", f"{psnr:.4f}", f"{bicubic:.4f}"]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *kept, new])
        self._write(self.log, text.getvalue())

    @staticmethod
    def _write(path: Path, text: str) -> None:
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _with_absolute_paths(config: TrainingConfig) -> TrainingConfig:
    """Make the paths independent of the current folder."""
    data = [name if name == "bsd100" else str(Path(name).absolute()) for name in config.data]
    models = {"start": config.start, "teacher": config.teacher}
    named = {name: path for name, path in models.items() if path and is_file_name(path)}
    paths = named | {name: getattr(config, name) for name in ("out", "run", "vgg_file")}
    absolute = {name: path.absolute() for name, path in paths.items() if path is not None}
    return config.model_copy(update={"data": tuple(data), **absolute})


def read_config(path: Path) -> TrainingConfig:
    """Read a configuration from a JSON file.

    Of a run of several processes the batch is shared anew, so that a step learns from as many
    patches with however many processes it is repeated or resumed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a configuration, and the message names the field; or its batch can't be shared
        by these processes.
    """
    try:
        saved = _Saved.model_validate_json(path.read_bytes())
        values = saved.model_dump(exclude={"processes"})
        if saved.processes is not None:
            values["batch"] = share_batch(saved.batch, saved.processes)
        return TrainingConfig(**values)
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no training configuration {path}.") from None
    except ValidationError as error:
        raise ValueError(f"{path}: {describe(error)}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def describe(error: ValidationError) -> str:
    """Say in one line, without a full stop, which field is wrong and why."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ").removesuffix(".")
    return f"{field}: {message}" if field else message
