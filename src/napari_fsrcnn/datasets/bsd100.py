"""BSD-100 as it is passed around: 100 photographs, each as HR and LR for x2, x3 and x4.

The photographs come from the Berkeley segmentation data set (Martin et al., ICCV 2001), for
non-commercial research and education; the pairs from the repository of Huang et al. (CVPR 2015).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pooch

from napari_fsrcnn.datasets.download import DownloadStopped, fetch, has_sha256
from napari_fsrcnn.datasets.folder import read_pair
from napari_fsrcnn.datasets.pairs import check_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from threading import Event

    from napari_fsrcnn.datasets.pairs import Pair

BASE_URL = (
    "https://raw.githubusercontent.com/jbhuang0604/SelfExSR/"
    "8f6dd8c1d20cb7e8792a7177b4f6fd677633f598/data/BSD100/"
)
SCALES = (2, 3, 4)
NUMBERS = range(1, 101)
_FILES_AT_ONCE = 4


def bsd100_file(
    name: str,
    *,
    timeout: float = 20.0,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> Path:
    """Return where a file of BSD-100 lies, fetching it where it is missing.

    It is looked for in ``$NAPARI_FSRCNN_DATA/BSD100``, then in the cache (``$NAPARI_FSRCNN_CACHE``,
    by default the user's cache folder), and fetched into the cache where it is missing or damaged
    there, from `BASE_URL` or the mirror ``$NAPARI_FSRCNN_BSD100_URL``.

    Parameters
    ----------
    name : str
        Such as ``"image_SRF_2/img_001_SRF_2_HR.png"``.
    timeout, progress, stop
        As for `napari_fsrcnn.datasets.download.fetch`.

    Raises
    ------
    ValueError
        BSD-100 has no such file, or the one in ``$NAPARI_FSRCNN_DATA`` is another.
    DownloadError
        The file had to be fetched and could not be.
    """
    checksums = _checksums()
    if name not in checksums:
        raise ValueError(
            f"BSD-100 has no file {name}: it has {next(iter(checksums))} and its like."
        )
    own = os.environ.get("NAPARI_FSRCNN_DATA")
    if own and (path := Path(own) / "BSD100" / name).is_file():
        if not has_sha256(path, checksums[name]):
            raise ValueError(
                f"{path} is not BSD-100's file of that name (its SHA-256 differs): remove it, "
                "or point NAPARI_FSRCNN_DATA elsewhere."
            )
        return path
    path = _cache_folder() / name
    if not has_sha256(path, checksums[name]):
        url = os.environ.get("NAPARI_FSRCNN_BSD100_URL", BASE_URL).rstrip("/") + "/" + name
        fetch(url, path, checksums[name], timeout=timeout, progress=progress, stop=stop)
    return path


def bsd100_pair(number: int, scale: int, *, timeout: float = 20.0) -> Pair:
    """Return one picture of BSD-100, HR and ready-made LR, fetching at most these two files.

    Parameters
    ----------
    number : int
        1 to 100.
    scale : int
        2, 3 or 4.
    timeout : float
        Seconds that each of the two files may take.

    Returns
    -------
    Pair
        uint8 RGB, named ``"bsd100/img_001"``.

    Raises
    ------
    ValueError
        There is no such number or scale.
    DownloadError
        A file had to be fetched and could not be.
    """
    _check_scale(scale)
    if number not in NUMBERS:
        raise ValueError(f"BSD-100 has pictures 1 to 100, and no picture {number}.")
    names = _names(number, scale)
    return _pair(number, scale, {name: bsd100_file(name, timeout=timeout) for name in names})


def fetch_bsd100(
    scales: Sequence[int] = SCALES,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
    *,
    timeout: float = 20.0,
) -> dict[str, Path]:
    """Fetch the pictures of some scales, a few files at a time; those already there are kept.

    Parameters
    ----------
    scales : sequence of int
        Of 2, 3 and 4; each is 200 files, 30 MB or so.
    progress : callable, optional
        Called from this thread with the files that are there and the files wanted.
    stop : threading.Event, optional
        Ends the work when it is set; the files that are whole by then stay.
    timeout : float
        Seconds that each file may take.

    Returns
    -------
    dict of str to Path
        Where each file lies, by its name as in :func:`bsd100_file`.

    Raises
    ------
    ValueError
        BSD-100 does not come at one of the scales.
    DownloadStopped
        `stop` was set before all files were there.
    DownloadError
        A file could not be fetched; the others that were fetched stay.
    """
    for scale in scales:
        _check_scale(scale)
    names = [name for scale in scales for number in NUMBERS for name in _names(number, scale)]
    with ThreadPoolExecutor(_FILES_AT_ONCE) as pool:
        futures = {
            pool.submit(bsd100_file, name, timeout=timeout, stop=stop): name for name in names
        }
        paths = {}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                paths[futures[future]] = future.result()
                if progress is not None:
                    progress(done, len(names))
                if stop is not None and stop.is_set() and done < len(names):
                    raise DownloadStopped(
                        f"The download was stopped after {done} of {len(names)} files: "
                        "start it again to fetch the rest."
                    )
        finally:
            pool.shutdown(cancel_futures=True)
    return paths


def read_bsd100(scale: int) -> Iterator[Pair]:
    """Read all 100 pairs of one scale, one after the other, once those missing are fetched."""
    paths = fetch_bsd100((scale,))
    for number in NUMBERS:
        yield _pair(number, scale, paths)


def _pair(number: int, scale: int, paths: Mapping[str, Path]) -> Pair:
    hr, lr = (paths[name] for name in _names(number, scale))
    return check_pair(read_pair(f"bsd100/img_{number:03}", hr, lr), scale)


def _names(number: int, scale: int) -> tuple[str, str]:
    stem = f"image_SRF_{scale}/img_{number:03}_SRF_{scale}"
    return f"{stem}_HR.png", f"{stem}_LR.png"


def _check_scale(scale: int) -> None:
    if scale not in SCALES:
        raise ValueError(
            f"BSD-100 comes for x2, x3 and x4, not for x{scale}: give a folder of pictures instead."
        )


def _cache_folder() -> Path:
    root = os.environ.get("NAPARI_FSRCNN_CACHE") or pooch.os_cache("napari-fsrcnn")
    return Path(root) / "BSD100"


@cache
def _checksums() -> dict[str, str]:
    """Return the SHA-256 of every file by its name."""
    lines = files("napari_fsrcnn.datasets").joinpath("bsd100-sha256.txt").read_text("ascii")
    return {name: sha256 for sha256, name in (line.split() for line in lines.splitlines())}
