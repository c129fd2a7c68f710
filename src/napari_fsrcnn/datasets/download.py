"""One file from the network, checked by its SHA-256, there whole or not at all."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pooch
from requests import RequestException, Timeout

from napari_fsrcnn.files.atomic import atomic_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from threading import Event

    from requests import Response


class DownloadError(OSError):
    """A file could not be fetched; the message says which, why, and what to do."""


class DownloadStopped(DownloadError):
    """The caller asked to stop; what was already fetched is kept."""


def has_sha256(path: Path, sha256: str) -> bool:
    """Say whether there is a file of that name whose checksum is, or begins with, the one given."""
    return path.is_file() and pooch.file_hash(str(path)).startswith(sha256)


def fetch(
    url: str,
    path: Path,
    sha256: str,
    *,
    timeout: float,
    longest: float | None = None,
    cache: str = "NAPARI_FSRCNN_CACHE",
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> None:
    """Fetch one file, once, without another attempt.

    Parameters
    ----------
    url : str
        Address, ``http`` or ``https``.
    path : Path
        Where the file goes; missing folders are made. A file already there is replaced.
    sha256 : str
        Its checksum in hexadecimal, or the first digits of it where no more are known.
    timeout : float
        Seconds that the server may be silent.
    longest : float, optional
        Seconds that the whole file may take; by default no more than `timeout`.
    cache : str
        Environment variable by which the user can have files kept elsewhere.
    progress : callable, optional
        Called with the bytes received and the bytes expected (0 where the server does not say).
    stop : threading.Event, optional
        Ends the download when it is set.

    Raises
    ------
    DownloadStopped
        `stop` was set.
    DownloadError
        No network, a dead link, a server that is too slow or breaks off, a wrong checksum, or no
        place to write. Nothing is left behind, and a file that was there before stays.
    """
    longest = longest or timeout
    deadline = time.monotonic() + longest
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            _download(url, temporary, timeout, _Watch(deadline, progress, stop))
            if not has_sha256(temporary, sha256):
                raise DownloadError(
                    f"{_place(url)} is not the expected file (its SHA-256 differs): "
                    "a proxy or login page may have answered instead, so check the connection "
                    "and try again."
                )
    except DownloadError:
        raise
    except RequestException as error:
        reason = _reason(error)
        if time.monotonic() >= deadline:
            reason = f"the server took more than {longest:g} s; try again later"
        raise DownloadError(f"{_place(url)} could not be fetched: {reason}.") from error
    except OSError as error:
        if error.strerror is None:  # a sentence already, that asks for another folder
            raise DownloadError(f"{error} It is set by {cache}.") from error
        raise DownloadError(
            f"{path} could not be written ({error.strerror}): set {cache} to another folder."
        ) from error


def _download(url: str, path: Path, timeout: float, watch: _Watch) -> None:
    with ExitStack() as connections:

        def close_in_the_end(response: Response, **_: object) -> None:
            connections.callback(response.close)

        # pooch itself leaves the connection open when it raises
        hooks = {"response": close_in_the_end}
        pooch.HTTPDownloader(progressbar=watch, timeout=timeout, hooks=hooks)(url, str(path), None)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path.rpartition('/')[2]} from {parts.netloc}"


def _reason(error: RequestException) -> str:
    if error.response is None:
        return "no connection, or it broke off; check the network and try again"
    if error.response.status_code in {404, 410}:
        return "there is no such file any more; look for a newer version of napari-fsrcnn"
    return f"the server answered {error.response.status_code}; try again later"


class _Watch:
    """What pooch takes for a progress bar: it sees every kilobyte, and can end the download."""

    total = 0

    def __init__(
        self, deadline: float, progress: Callable[[int, int], None] | None, stop: Event | None
    ) -> None:
        self._deadline = deadline
        self._progress = progress
        self._stop = stop
        self._received = 0

    def update(self, n_bytes: int) -> None:
        if self._stop is not None and self._stop.is_set():
            raise DownloadStopped("The download was stopped.")
        if time.monotonic() > self._deadline:
            raise Timeout
        received = self._received + n_bytes
        self._received = min(received, self.total) if self.total else received
        if self._progress is not None:
            self._progress(self._received, self.total)

    def reset(self) -> None:
        """Keep the count: pooch resets a bar only to fill it, since it counts whole chunks."""

    def close(self) -> None:
        """Do nothing: there is no bar to close."""
