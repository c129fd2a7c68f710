"""Which planes of a stack come next, as its planes are looked at one after the other."""

from __future__ import annotations

from collections.abc import Iterator

Plane = tuple[int, ...]


class Played:
    """Watches which axis of a stack is played, and in which direction.

    Parameters
    ----------
    lengths : tuple of int
        Of the stack's axes.

    Examples
    --------
    >>> played = Played((10, 5))
    >>> for time in (7, 8):
    ...     moved = played.show((time, 3))
    >>> list(played.next_planes(3))
    [(9, 3), (0, 3), (1, 3)]
    """

    def __init__(self, lengths: Plane) -> None:
        self._lengths = lengths
        self._plane: Plane | None = None
        self._axis = 0
        self._step = 0

    def show(self, plane: Plane) -> bool:
        """Take notice of the plane that is shown now; say whether it may be one of a film."""
        before, self._plane = self._plane or plane, plane
        moves = [new - old for old, new in zip(before, plane, strict=True)]
        moved = [axis for axis, by in enumerate(moves) if by]
        if len(moved) == 1:
            (self._axis,) = moved
            length, by = self._lengths[self._axis], moves[self._axis]
            # From the last plane to the first one it goes on forwards.
            self._step = by if 2 * abs(by) <= length else by - length if by > 0 else by + length
        elif moved:
            self._step = 0
        return len(moved) == 1

    def next_planes(self, count: int) -> Iterator[Plane]:
        """Give the planes that come next if it is played on, up to ``count``.

        None if nothing has moved yet. After the last plane comes the first one, as napari plays;
        where it has left out planes, it will again.
        """
        if self._plane is None or self._step == 0:
            return
        length = self._lengths[self._axis]
        most = (length - 1) // abs(self._step)
        for ahead in range(1, min(count, most) + 1):
            place = (self._plane[self._axis] + ahead * self._step) % length
            yield (*self._plane[: self._axis], place, *self._plane[self._axis + 1 :])
