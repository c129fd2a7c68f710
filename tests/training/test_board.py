"""What TensorBoard will read, taken from the event files themselves."""

import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event

from napari_fsrcnn.datasets.pairs import Pair
from napari_fsrcnn.training.board import Board
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.events import Validated
from napari_fsrcnn.training.train import train


def read_events(folder: Path) -> Iterator[Event]:
    """Read the records of a folder: length, checksum, protobuf message, checksum."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        while len(data) > 12:
            (length,) = struct.unpack("<Q", data[:8])
            yield Event.FromString(data[12 : 12 + length])
            data = data[16 + length :]


def curve(folder: Path, name: str) -> list[tuple[int, float]]:
    return [
        (event.step, value.simple_value)
        for event in read_events(folder)
        for value in event.summary.value
        if value.tag == name
    ]


def test_a_run_writes_its_curves(
    pictures: list[Pair], config: TrainingConfig, tmp_path: Path
) -> None:
    events = train(config.model_copy(update={"run": tmp_path}), pictures=pictures)
    expected = [(event.step, event.psnr) for event in events if isinstance(event, Validated)]
    board = tmp_path / "tensorboard"
    for (step, psnr), (expected_step, expected_psnr) in zip(
        curve(board, "psnr"), expected, strict=True
    ):
        assert step == expected_step
        assert psnr == pytest.approx(expected_psnr, rel=1e-6)
    assert len(curve(board, "loss")) == len(curve(board, "gain")) == 2


def test_the_curves_can_be_watched_while_the_run_goes_on(tmp_path: Path) -> None:
    board = Board(tmp_path, 0)
    board.add(3, loss=0.5)
    deadline = time.monotonic() + 30
    while not curve(tmp_path, "loss") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert curve(tmp_path, "loss") == [(3, 0.5)]
    board.close()


def test_a_resumed_run_takes_back_what_came_after(tmp_path: Path) -> None:
    Board(tmp_path, 5).close()
    starts = [event.step for event in read_events(tmp_path) if event.HasField("session_log")]
    assert starts == [6]


def test_a_loss_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    board = Board(tmp_path, 0)
    board.add(0, loss=float("nan"), psnr=30.0)
    board.close()
    assert (curve(tmp_path, "loss"), curve(tmp_path, "psnr")) == ([], [(0, 30.0)])
