"""Asking for a file to save something in."""

from __future__ import annotations

import re
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QWidget

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')  # of files, on any system


def ask_where_to_save(parent: QWidget, title: str, kind: str, name: str) -> Path | None:
    """Ask for a file.

    Parameters
    ----------
    parent : QWidget
    title : str
        Of the dialog.
    kind : str
        What such files are called, "Models".
    name : str
        The file's name, as a proposal, in which what no file's name can hold is replaced; another
        one gets its suffix.

    Returns
    -------
    Path or None
        None where the user changed their mind.
    """
    suffix = name.rpartition(".")[2]
    dialog = QFileDialog(parent, title, filter=f"{kind} (*.{suffix})")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(_NOT_IN_NAMES.sub("_", name))
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
