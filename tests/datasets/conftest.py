"""A real HTTP server on this machine that serves a folder, well or badly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Server(ThreadingHTTPServer):
    """Serves ``<folder>/<path>``; paths in `behaviour` are answered badly, by its name.

    ``"silent"`` never answers, ``"broken"`` closes in the middle, ``"dripping"`` sends a kilobyte
    every tenth of a second, ``"login"`` answers with another page, ``"busy"`` with an error.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.behaviour: dict[str, str] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        self.server.asked.append(path)
        behaviour = self.server.behaviour.get(path, "")
        if behaviour == "silent":
            self.server.closing.wait()
            return
        file = self.server.folder / path
        if behaviour == "busy" or not file.is_file():
            self.send_error(503 if behaviour == "busy" else 404)
            return
        content = b"<html>log in first</html>" if behaviour == "login" else file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if behaviour == "broken":
            content = content[: len(content) // 2]
        self._send(content, pause=0.1 if behaviour == "dripping" else 0)

    def _send(self, content: bytes, pause: float) -> None:
        with suppress(ConnectionError):  # the client may have had enough
            for start in range(0, len(content), 1024):
                self.wfile.write(content[start : start + 1024])
                time.sleep(pause)

    def log_message(self, *args: object) -> None:
        """Say nothing: `asked` tells."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "served"
    folder.mkdir()
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()
