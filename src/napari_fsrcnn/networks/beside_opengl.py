"""A measure for processes that draw: torch's compiler and Mesa's renderer both bring an LLVM."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def import_triton_beside_opengl() -> None:
    """Import triton, if torch brought it, bound to its own LLVM.

    Mesa's software renderer (Xvfb, remote desktops, machines without a GPU) loads LLVM with
    symbols that all later libraries see. triton's library binds to them when it is imported, which
    torch does together with the first optimiser, and the process dies. To be called before that,
    in every process that may have a window.
    """
    if not hasattr(os, "RTLD_DEEPBIND"):  # only Linux has it, and only there is there triton
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_DEEPBIND)
    try:
        with suppress(ImportError):
            import triton._C.libtriton  # noqa: F401
    finally:
        sys.setdlopenflags(flags)
