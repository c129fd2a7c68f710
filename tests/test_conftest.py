"""The guards of the test suite itself: no quiet skip, no real cache, no network."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError


@pytest.fixture
def data_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Set5").mkdir()
    monkeypatch.setenv("NAPARI_FSRCNN_DATA", str(tmp_path))
    monkeypatch.delenv("NAPARI_FSRCNN_REQUIRE_DATA", raising=False)
    return tmp_path


def test_an_image_set_is_found(data_parent: Path, data_folder: Callable[[str], Path]) -> None:
    assert data_folder("Set5") == data_parent / "Set5"


@pytest.mark.usefixtures("data_parent")
def test_a_missing_set_skips(data_folder: Callable[[str], Path]) -> None:
    with pytest.raises(pytest.skip.Exception, match="Set14"):
        data_folder("Set14")


@pytest.mark.usefixtures("data_parent")
def test_a_missing_set_fails_where_data_is_required(
    data_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_FSRCNN_REQUIRE_DATA", "1")
    with pytest.raises(pytest.fail.Exception, match="Set14"):
        data_folder("Set14")
    monkeypatch.delenv("NAPARI_FSRCNN_DATA")
    with pytest.raises(pytest.fail.Exception, match="not set"):
        data_folder("Set5")


def test_a_command_that_fails_on_a_disk_shows_what_it_said(on_a_disk: Callable[..., str]) -> None:
    assert on_a_disk("size=1m", "echo", "all is well") == "all is well\n"
    with pytest.raises(pytest.fail.Exception, match=r"exit status 3:\nit is broken\n"):
        on_a_disk("size=1m", "sh", "-c", "echo it is broken >&2; exit 3")


def test_only_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    # 192.0.2.1 is reserved for documentation: nothing answers there.
    with (
        socket.socket() as outside,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        outside.connect(("192.0.2.1", 80))
