"""Names under which models are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_fsrcnn.files.atomic import check_target

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".safetensors"


def check_checkpoint_name(path: Path) -> None:
    """Refuse a name that no model can be saved under, or not be found under again.

    Raises
    ------
    ValueError
        The suffix is another; a bare name would be taken for a shipped model's.
    OSError
        The folder does not exist, or the name is a folder's.
    """
    if path.suffix != SUFFIX:
        raise ValueError(f"A model is saved as {SUFFIX}: name it {path.stem}{SUFFIX}, not {path}.")
    check_target(path)
