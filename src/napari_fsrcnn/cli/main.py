"""The program ``napari-fsrcnn``, from its first moment on."""

from __future__ import annotations

import sys

from napari_fsrcnn.cli.interrupt import INTERRUPTED


def main() -> None:
    """Run the command line and end the program."""
    try:
        # Takes most of a second, in which Ctrl-C may come as well.
        from napari_fsrcnn.cli.app import run

        code = run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)
