"""What is said between Ctrl-C and the end."""

import threading
import time

import pytest

from napari_fsrcnn.cli.interrupt import tell_of_stop


def test_a_stop_that_takes_its_time_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    with tell_of_stop(stop):
        stop.set()
        deadline, told = time.monotonic() + 30, ""
        while not told and time.monotonic() < deadline:
            told = capsys.readouterr().err
            time.sleep(0.01)
        time.sleep(0.3)
    assert told == "Stopping: what has begun is finished first.\n"
    assert capsys.readouterr().err == ""


def test_without_a_stop_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with tell_of_stop(threading.Event()):
        time.sleep(0.2)
    assert capsys.readouterr() == ("", "")
