"""A worker that ends by itself when it is quit, and reports from where nothing can be yielded."""

import threading
from collections.abc import Callable, Iterator

from napari.qt.threading import create_worker
from pytestqt.qtbot import QtBot

from napari_fsrcnn.widgets.worker import StoppableWorker


def test_quitting_lets_the_generator_end_by_itself(qtbot: QtBot) -> None:
    seen: list[object] = []

    def events(*, stop: threading.Event, report: Callable[[object], None]) -> Iterator[object]:
        report("beginning")
        yield "first"
        stop.wait(60)
        yield "saved"

    worker = create_worker(
        events,
        stop=threading.Event(),
        _worker_class=StoppableWorker,
        _start_thread=False,
        _connect={"yielded": seen.append},
    )
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        worker.start()
        qtbot.waitUntil(lambda: seen == ["beginning", "first"])
        worker.quit()
    qtbot.waitUntil(lambda: seen == ["beginning", "first", "saved"])


def test_events_arrive_on_the_main_thread(qtbot: QtBot) -> None:
    threads: list[int] = []

    def events(
        sent: list[int], *, stop: threading.Event, report: Callable[[object], None]
    ) -> Iterator[object]:
        sent.append(threading.get_ident())
        report(stop)
        yield stop

    sent: list[int] = []
    worker = create_worker(
        events,
        sent,
        stop=threading.Event(),
        _worker_class=StoppableWorker,
        _start_thread=False,
        _connect={"yielded": lambda _: threads.append(threading.get_ident())},
    )
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        worker.start()
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert set(threads) == {threading.get_ident()}
    assert sent != threads[:1]
