"""A folder that is written over a long time: beside its name, until it is complete."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_fsrcnn.files.atomic import atomic_path, remove_leftovers
from napari_fsrcnn.files.storage import check_folder_of

_PLAN = "plan.json"


@dataclass(frozen=True)
class Unfinished:
    """The place where a result lies until it is complete.

    It is a folder of the result's name and ``.partial``; killed at any moment, what was written can
    be gone on with.

    Attributes
    ----------
    target : Path
        What the result is called in the end.
    """

    target: Path

    @property
    def folder(self) -> Path:
        """The folder, which also has room for what belongs to the work and not to the result."""
        return self.target.with_name(f"{self.target.name}.partial")

    @property
    def result(self) -> Path:
        """What becomes the target."""
        return self.folder / "result"

    @property
    def plan(self) -> dict[str, Any] | None:
        """What it was begun by; None if nothing is begun, and empty where it can't be read."""
        try:
            plan = json.loads((self.folder / _PLAN).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError:  # no JSON
            return {}
        return plan if isinstance(plan, dict) else {}

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Make the folder, or go on with it if it was begun by the same plan.

        Parameters
        ----------
        plan : mapping of JSON values
            All that the result depends on.

        Raises
        ------
        FileNotFoundError, NotADirectoryError
            As :func:`napari_fsrcnn.files.storage.check_folder_of`.
        FileExistsError
            It was begun by another plan, or is none of these folders.
        OSError
            It can't be made.
        """
        check_folder_of(self.target)
        begun = self.plan
        if begun == plan:
            return
        if begun is not None:
            raise FileExistsError(
                f"{self.folder} holds a result that was begun in another way, from another picture "
                f"or by another model: delete it, or choose another name."
            )
        if not self._is_left_empty():
            try:
                self.folder.mkdir()
            except FileExistsError:
                raise FileExistsError(
                    f"{self.folder} is in the way: choose another name."
                ) from None
        with atomic_path(self.folder / _PLAN) as temporary:
            temporary.write_text(json.dumps(plan))

    def discard(self) -> None:
        """Throw away what was begun."""
        if self.plan is None:
            return
        with suppress(FileNotFoundError):  # the same command, given twice, does it there as well
            # The plan last: a folder without one could not be told from one of the user's.
            for path in self.folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name != _PLAN:
                    path.unlink()
            shutil.rmtree(self.folder)

    def finish(self) -> None:
        """Give the complete result its name."""
        # What a killed process was about to write.
        for inside, _, names in os.walk(self.result):
            for name in names:
                if name.endswith(".partial"):
                    Path(inside, name).unlink(missing_ok=True)
        self.result.rename(self.target)
        self.discard()

    def _is_left_empty(self) -> bool:
        """Say whether the folder is there, as a process leaves it that is killed before the plan."""
        if not self.folder.is_dir():
            return False
        remove_leftovers(self.folder)
        return not any(self.folder.iterdir())
