"""Work in a thread: what reaches the main thread, what the user is told, and how it ends."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from napari.utils.notifications import ErrorNotification, notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.widgets.job import Job
from napari_fsrcnn.widgets.job_events import Advanced, JobFailed, reporting


class Recorder(Job):
    """Keeps what it is given, and in which thread."""

    def __init__(self, events: Callable[..., Iterator[Any]], *args: Any) -> None:
        super().__init__("Counting", "numbers", events, *args)
        self.handled: list[object] = []
        self.sentences: list[str] = []
        self.threads: set[threading.Thread] = set()
        self.done = False
        self.told.connect(self.hear)
        self.ended.connect(self.finish)

    def handle(self, event: object) -> None:
        self.handled.append(event)
        self.threads.add(threading.current_thread())

    def hear(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def finish(self) -> None:
        self.done = True


def run(job: Recorder, qtbot: QtBot) -> Recorder:
    job.start()
    qtbot.waitUntil(lambda: job.done, timeout=20_000)
    return job


def count(
    n: int, *, stop: threading.Event, report: Callable[[object], None]
) -> Iterator[int | threading.Thread]:
    yield threading.current_thread()
    for i in range(n):
        if stop.is_set():
            return
        report(Advanced(i + 1, n))
        yield i


def fail(
    error: Exception, *, stop: threading.Event, report: Callable[[object], None]
) -> Iterator[int]:
    del stop, report
    yield 1
    raise error


def test_events_come_in_order_on_the_main_thread(qtbot: QtBot) -> None:
    job = run(Recorder(count, 50), qtbot)
    in_thread, *others = job.handled
    assert in_thread is not threading.main_thread()
    each = [(Advanced(i + 1, 50), i) for i in range(50)]
    assert others == [event for pair in each for event in pair]
    assert job.threads == {threading.main_thread()}


@pytest.mark.parametrize("error", [ValueError, FileNotFoundError, JobFailed])
def test_what_the_user_can_mend_is_one_sentence(error: type[Exception], qtbot: QtBot) -> None:
    before = len(notification_manager.records)
    job = run(Recorder(fail, error("Choose another.")), qtbot)
    assert job.sentences == ["Choose another."]
    (told,) = notification_manager.records[before:]
    assert told.message == "Choose another."
    assert not isinstance(told, ErrorNotification)  # which has a traceback


def test_a_mistake_in_the_program_is_shown_as_one(qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as raised:
        job = run(Recorder(fail, KeyError("bug")), qtbot)
    assert [kind for kind, *_ in raised] == [KeyError]
    assert "mistake in napari-fsrcnn" in job.sentences[0]


def test_a_stopped_job_handles_nothing_more(qtbot: QtBot) -> None:
    class StopsAtFive(Recorder):
        def handle(self, event: object) -> None:
            super().handle(event)
            if event == 5:
                self.stop()

    job = run(StopsAtFive(count, 10**6), qtbot)
    assert job.handled[-1] == 5
    assert job.sentences == []


def test_reports_are_few_and_the_last_one_is_among_them() -> None:
    seen: list[Advanced] = []
    progress = reporting(seen.append)
    for done in range(1, 10_001):
        progress(done, 10_000)
    assert seen[0] == Advanced(1, 10_000)
    assert seen[-1] == Advanced(10_000, 10_000)
    assert len(seen) < 1000


def test_last_words_and_errors_count_after_a_stop_where_there_are_any(qtbot: QtBot) -> None:
    class Last(Recorder):
        last_words = (str,)

    def saying(*, stop: threading.Event, report: Callable[[object], None]) -> Iterator[int | str]:
        del report
        yield 1
        stop.wait(20)
        yield 2
        yield "saved"
        raise OSError("The disk is full.")

    job = Last(saying)
    job.start()
    qtbot.waitUntil(lambda: job.handled == [1], timeout=20_000)
    job.stop()
    qtbot.waitUntil(lambda: job.done, timeout=20_000)
    assert job.handled == [1, "saved"]
    assert job.sentences == ["The disk is full."]
