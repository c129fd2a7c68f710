"""One picture to learn from or to measure on: HR, and LR where it is ready made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from napari_fsrcnn.image.alignment import correlate_structures
from napari_fsrcnn.image.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from napari_fsrcnn.image.value_range import ValueRange

# Between real pairs, however noisy, and unrelated ones: see `correlate_structures`.
_ALIKE = 0.3


@dataclass(frozen=True, eq=False)
class Pair:
    """A high-resolution picture and, where it came with one, its low-resolution one.

    Attributes
    ----------
    name : str
        ``"<label>/<stem>"``, such as ``"bsd100/img_001"``: what a training record lists.
    hr : ndarray
        ``(H, W)``, or ``(H, W, 3)`` where `rgb` is true; dtype as stored (uint8, uint16, float).
    lr : ndarray or None
        The ready-made LR, of the same kind; None where LR is to be made from HR.
    rgb : bool
        Whether the pictures are colour.
    stack : str
        Name of the file or layer that this is a plane of; "" for a picture by itself.
    value_range : ValueRange or None
        That of the whole file or layer, where it is known; None is HR's own.
    fingerprint : str
        Of HR as it was read (:mod:`napari_fsrcnn.image.fingerprint`): what is made from this pair,
        by cutting or shrinking, keeps it.
    label : str
        Name of the data set or layer that this belongs to; of one whose own name may have a slash
        it must be given.
    """

    name: str
    hr: NDArray[Any]
    lr: NDArray[Any] | None
    rgb: bool
    stack: str = ""
    value_range: ValueRange | None = None
    fingerprint: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if not self.fingerprint:
            object.__setattr__(self, "fingerprint", fingerprint(self.hr))
        if not self.label:
            object.__setattr__(self, "label", self.name.partition("/")[0])


@dataclass(frozen=True)
class Unusable:
    """A picture that can't be read or measured.

    Attributes
    ----------
    name : str
        As of a :class:`Pair`; of a file or layer of which nothing can be used, its own.
    error : Exception
        What was raised when that was tried.
    """

    name: str
    error: Exception

    @property
    def reason(self) -> str:
        """Why it can't be used, in a sentence."""
        return str(self.error)

    @property
    def sentence(self) -> str:
        """What is left out, and why."""
        return f"{self.name} is left out: {self.reason}"


def sift(
    name: str, planes: Iterable[tuple[str, Callable[[], Pair]]], scale: int
) -> Iterator[Pair | Unusable]:
    """Read and check a file or layer plane by plane.

    Parameters
    ----------
    name : str
        Of the file or layer: what is unusable where its planes can't even be told.
    planes : iterable of (str, callable)
        The name of each, and what reads it.
    scale : int
    """
    try:
        for plane, read in planes:
            try:
                yield check_pair(read(), scale)
            except (ValueError, OSError) as error:
                yield Unusable(plane, error)
    except (ValueError, OSError) as error:  # a link may lead nowhere, a folder be closed
        yield Unusable(name, error)


def all_usable(found: Iterable[Pair | Unusable]) -> Iterator[Pair]:
    """Pass on the pairs.

    Raises
    ------
    ValueError, OSError
        One can't be used.
    """
    for each in found:
        if isinstance(each, Unusable):
            raise each.error
        yield each


def check_pair(pair: Pair, scale: int) -> Pair:
    """Return the pair with HR exactly `scale` times LR, and of the same things, where LR is given.

    Pairs of other origin differ by a pixel or two, because HR was not cropped to a multiple of
    the scale before it was shrunk: less than one LR pixel, and two HR pixels in any case, are cut
    off at the bottom and right.

    Raises
    ------
    ValueError
        HR is smaller than one LR pixel; HR and LR differ by more than that, in dtype or colour, or
        show different things.

    Examples
    --------
    >>> import numpy as np
    >>> pair = Pair("set/a", np.zeros((321, 481)), np.zeros((161, 241)), rgb=False)
    >>> check_pair(pair, 2).hr.shape, check_pair(pair, 2).lr.shape
    ((320, 480), (160, 240))
    """
    if min(pair.hr.shape[:2]) < scale:
        raise ValueError(
            f"{pair.name} is {_size(pair.hr)} pixels, too small to be shrunk by {scale}: "
            "take it out of the data, or choose a smaller scale."
        )
    if pair.lr is None:
        return pair
    if pair.hr.dtype != pair.lr.dtype or pair.hr.shape[2:] != pair.lr.shape[2:]:
        raise ValueError(
            f"{pair.name}: HR is {_kind(pair.hr)} and LR is {_kind(pair.lr)}, "
            "but the two must be of one kind."
        )
    hr_shape, lr_shape = pair.hr.shape[:2], pair.lr.shape[:2]
    allowed = max(2, scale - 1)
    if any(abs(hr - scale * lr) > allowed for hr, lr in zip(hr_shape, lr_shape, strict=True)):
        raise ValueError(
            f"{pair.name}: HR is {_size(pair.hr)} pixels, but {scale} times LR is "
            f"{scale * lr_shape[0]} x {scale * lr_shape[1]}: these are no pair for x{scale}."
        )
    height, width = (min(hr // scale, lr) for hr, lr in zip(hr_shape, lr_shape, strict=True))
    hr, lr = pair.hr[: scale * height, : scale * width], pair.lr[:height, :width]
    _check_likeness(pair.name, hr, lr, scale)
    return replace(pair, hr=hr, lr=lr)


def _check_likeness(name: str, hr: NDArray[Any], lr: NDArray[Any], scale: int) -> None:
    if hr.ndim > 2:
        hr, lr = hr.mean(axis=-1), lr.mean(axis=-1)
    likeness = correlate_structures(hr, lr, scale)
    if likeness is not None and likeness < _ALIKE:
        raise ValueError(
            f"{name}: HR and LR do not show the same things in the same places: give the two that "
            "belong together, neither mirrored, turned nor inverted, and register them first."
        )


def _size(image: NDArray[Any]) -> str:
    return f"{image.shape[0]} x {image.shape[1]}"


def _kind(image: NDArray[Any]) -> str:
    return f"{image.dtype.name} {'grey' if image.ndim == 2 else 'colour'}"
