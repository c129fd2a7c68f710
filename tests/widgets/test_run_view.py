"""How a run is shown, event by event."""

import pytest
from napari.components import ViewerModel
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Finished, Noticed, Paused, Started, Stepped
from napari_fsrcnn.widgets.job_events import Fetched
from napari_fsrcnn.widgets.run_view import RunView

STARTED = Started(0, 100, "CPU (1 thread)", ("a",), ("b",), 30.0)


@pytest.fixture
def view(qtbot: QtBot) -> RunView:
    """A run that has begun."""
    view = RunView(ViewerModel())
    qtbot.addWidget(view)
    view.begin(TrainingConfig(steps=100), None)
    return view


def sentences(view: RunView, *events: object) -> list[str]:
    told: list[str] = []
    view.told.connect(told.append)
    for event in events:
        view.show_event(event)
    return told


def test_a_download(view: RunView) -> None:
    assert sentences(view, Fetched(3, 200, "BSD-100", "files")) == [
        "Fetching BSD-100: 3 of 200 files."
    ]


def test_steps_and_their_bar(view: RunView) -> None:
    advanced: list[tuple[int, int]] = []
    view.advanced.connect(lambda done, total: advanced.append((done, total)))
    started, step = sentences(view, STARTED, Stepped(40, 0.02, 50.0))
    assert started == "Training on CPU (1 thread)."
    assert step.startswith("Step 40 of 100, 50 steps/s, ")
    assert "left\nloss 0.02" in step
    assert advanced == [(40, 100)]


def test_a_pause_shows_what_there_is(view: RunView) -> None:
    *_, last = sentences(view, STARTED, Stepped(40, 0.02, 50.0), Paused(41))
    assert last == "Paused after step 41 of 100."


def test_a_notice_is_a_warning_of_napari(view: RunView) -> None:
    notification_manager.records.clear()
    sentences(view, STARTED, Noticed("The batch is halved to 8."))
    (notice,) = notification_manager.records
    assert notice.message == "The batch is halved to 8."


def test_the_end(view: RunView) -> None:
    *_, last = sentences(view, STARTED, Finished(0, "stopped", None, 30.0, None))
    assert "nothing was learnt" in last
