"""A bar in napari's activity dock."""

from __future__ import annotations

from napari.utils import progress


class ActivityBar:
    """Shows how far long work is; to be made and used on the main thread.

    Parameters
    ----------
    description : str
        The bar runs without end until it is told how much there is to do.
    """

    def __init__(self, description: str) -> None:
        self._bar = progress(desc=description, total=0)
        self._moving = False

    def show(self, description: str, done: int, total: int) -> None:
        """Show that so much is done of the total.

        napari lets Qt process events while a bar moves, and with them the thread's next report:
        that one is left out, or reports would pile up inside each other.
        """
        if self._moving:
            return
        self._moving = True
        if (self._bar.desc, self._bar.total) != (f"{description}: ", total):
            self._bar.reset(total)
            self._bar.set_description(description)
        # Meanwhile the work may have ended, and the bar with it.
        if not self._bar.disable:
            self._bar.update(done - self._bar.n)
        self._moving = False

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()
