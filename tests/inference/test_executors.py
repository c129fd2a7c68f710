"""Tasks in threads: all done and told of, ended by an error or on request, torch left as it was."""

import threading
from collections.abc import Iterator

import pytest
import torch
from tests.inference.conftest import torch_threads

from napari_fsrcnn.inference.executors import run_in_threads
from napari_fsrcnn.networks.threads import use_threads


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    with torch_threads(request.param):
        yield request.param


def test_all_are_done_in_so_many_threads(threads: int) -> None:
    done: list[int] = []
    told: list[int] = []
    seen: set[tuple[int, int]] = set()
    all_have_begun = threading.Barrier(threads)

    def do(task: int) -> None:
        seen.add((threading.get_ident(), torch.get_num_threads()))
        done.append(task)
        if task < threads:
            all_have_begun.wait(10)

    assert run_in_threads(do, range(200), after_task=lambda: told.append(threading.get_ident()))
    assert sorted(done) == list(range(200))
    assert told == [threading.get_ident()] * 200
    assert len(seen) == threads
    # This thread is one of them.
    assert threading.get_ident() in {thread for thread, _ in seen}
    assert {each for _, each in seen} == {1}
    assert torch.get_num_threads() == threads


def threads_of_another() -> int:
    """How many threads torch has where a thread begins now."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


def test_what_begins_meanwhile_has_all_threads(threads: int) -> None:
    """Such as a training, or another upscaling."""
    all_have_begun = threading.Barrier(threads)
    seen: list[int] = []

    def do(_: int) -> None:
        all_have_begun.wait(10)
        seen.append(threads_of_another())

    run_in_threads(do, range(threads), after_task=lambda: None)
    assert seen == [threads] * threads
    use_threads(2)
    assert (torch.get_num_threads(), threads_of_another()) == (2, threads)


def test_two_jobs_side_by_side_have_all_threads_each(threads: int) -> None:
    both = threading.Barrier(2)
    seen: dict[int, set[int]] = {0: set(), 1: set()}

    def job(number: int) -> None:
        both.wait(10)

        all_have_begun = threading.Barrier(threads)

        def do(_: int) -> None:
            seen[number].add(threading.get_ident())
            all_have_begun.wait(10)

        run_in_threads(do, range(threads), after_task=lambda: None)

    jobs = [threading.Thread(target=job, args=(number,)) for number in seen]
    for each in jobs:
        each.start()
    for each in jobs:
        each.join()
    assert [len(each) for each in seen.values()] == [threads, threads]
    assert threads_of_another() == threads


def test_they_are_taken_as_there_are_threads_for_them(threads: int) -> None:
    taken: list[int] = []
    done: list[int] = []
    ahead: list[int] = []
    told: list[None] = []

    def tasks() -> Iterator[int]:
        for task in range(500):
            taken.append(task)
            yield task

    def do(task: int) -> None:
        ahead.append(len(taken) - len(done))
        done.append(task)

    assert run_in_threads(do, tasks(), after_task=lambda: told.append(None))
    assert len(told) == 500
    assert max(ahead) <= threads


def test_an_error_ends_them(threads: int) -> None:
    begun: list[int] = []

    def do(task: int) -> None:
        begun.append(task)
        if task == 5:
            raise ValueError("broken")
        threading.Event().wait(0.005)

    with pytest.raises(ValueError, match="broken"):
        run_in_threads(do, range(1000), after_task=lambda: None)
    assert len(begun) < 1000
    assert torch.get_num_threads() == threads


def test_an_error_of_any_thread_is_told(threads: int) -> None:
    """The others wait until the thread of the error has raised it."""
    here = threading.get_ident()
    raised = threading.Event()

    def do(_: int) -> None:
        if threads > 1 and threading.get_ident() == here:
            raised.wait(10)
            return
        raised.set()
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_in_threads(do, range(1000), after_task=lambda: None)


def test_an_error_where_tasks_come_from_ends_them(threads: int) -> None:
    def tasks() -> Iterator[int]:
        yield from range(3 * threads)
        raise OSError("unreadable")

    with pytest.raises(OSError, match="unreadable"):
        run_in_threads(lambda _: None, tasks(), after_task=lambda: None)


@pytest.mark.usefixtures("threads")
def test_they_are_stopped() -> None:
    stop = threading.Event()
    told: list[None] = []

    def after_task() -> None:
        told.append(None)
        if len(told) == 10:
            stop.set()

    def do(_: int) -> None:
        threading.Event().wait(0.005)

    assert not run_in_threads(do, range(1000), after_task=after_task, stop=stop)
    assert 10 <= len(told) < 1000


@pytest.mark.usefixtures("threads")
def test_after_a_stop_none_is_begun() -> None:
    stop = threading.Event()
    stop.set()
    begun: list[int] = []
    assert not run_in_threads(begun.append, range(9), after_task=lambda: None, stop=stop)
    assert not begun


def test_a_stop_after_the_last_one_is_none() -> None:
    stop = threading.Event()
    assert run_in_threads(lambda _: None, [1], after_task=stop.set, stop=stop)
    assert run_in_threads(lambda _: None, [], after_task=stop.set)
